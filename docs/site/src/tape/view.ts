// The tape of one walk: its player, its graph, the details of a node, and the list.
import { html } from '../../../../dist/models/report/draw/html.js';
import { type Moment, momentsOf } from '../../../../dist/models/tape/moments.js';
import type { Walk } from '../../../../dist/models/tape/watch.js';
import { drawDetails, drawList } from './details.js';
import { GraphView, type Key } from './graph.js';
import { Player } from './player.js';

const NARROW = '(max-width: 45rem)';
/** How small the picture may be at first, and at all, and how large. */
const SCALES = { first: 0.75, least: 0.25, most: 2 };

export interface ViewOptions {
  /** Shows a line of the program: by the way, or to go there. */
  onLine: (line: number, go: boolean) => void;
}

const key = (kind: string) =>
  html`<svg viewBox="0 0 30 16" aria-hidden="true"><g class="${kind}"><rect class="box" x="1" y="2" width="28" height="12" rx="${kind === 'record' ? 6 : 3}"/></g></svg>`;

export class TapeView {
  private readonly player: Player;
  private graph: GraphView | null = null;
  private walk: Walk | null = null;
  private moments: readonly Moment[] = [];
  private moment = 0;
  private opened: Key | null = null;
  private scale = 1;

  constructor(
    private readonly section: HTMLElement,
    private readonly options: ViewOptions,
  ) {
    this.find('graph').innerHTML = html`<div class="graph-box"></div>
<p class="key hint">${key('parameter')}parameter &nbsp; ${key('constant')}constant &nbsp; ${key('result')}result &nbsp; ${key('record')}operation
<span class="keys">Arrow keys go along arrows, Enter opens a node.</span></p>
<div class="buttons" role="group" aria-label="size of the graph">
<button type="button" data-zoom="0.8" aria-label="smaller">−</button><button type="button" data-zoom="1.25" aria-label="larger">+</button>
<button type="button" data-zoom="0">Fit</button>
<label class="beside">goes <select id="direction"><option value="">as the page is wide</option><option value="right">to the right</option><option value="down">down</option></select></label></div>`.text;
    this.player = new Player(this.find('player'), { keys: section, onShow: (moment) => this.show(moment) });
    this.listen();
  }

  /** Shows a walk from its beginning. */
  take(walk: Walk): void {
    this.walk = walk;
    this.opened = null;
    this.moments = momentsOf(walk);
    this.redraw();
    this.player.start(this.moments.map(({ words }) => words));
    this.fit(SCALES.first);
  }

  private listen(): void {
    for (const button of this.section.querySelectorAll<HTMLElement>('[data-zoom]'))
      button.onclick = () => {
        const factor = Number(button.dataset.zoom);
        if (factor === 0) this.fit(SCALES.least);
        else this.zoom(this.scale * factor);
      };
    const again = () => {
      this.redraw();
      this.fit(SCALES.first);
      this.show(this.moment);
    };
    this.find('direction').onchange = again;
    matchMedia(NARROW).addEventListener('change', again);
    const details = this.find('details');
    details.addEventListener('click', ({ target }) => {
      const { line } = (target as HTMLElement).dataset;
      if (line) this.options.onLine(Number(line), true);
    });
    details.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && this.opened) this.graph?.focus(this.opened);
    });
  }

  private get direction(): 'right' | 'down' {
    const chosen = this.find<HTMLSelectElement>('direction').value as 'right' | 'down' | '';
    return chosen || (matchMedia(NARROW).matches ? 'down' : 'right');
  }

  private redraw(): void {
    if (!this.walk) return;
    const box = this.section.querySelector<HTMLElement>('.graph-box')!;
    this.graph = new GraphView(box, this.walk, this.direction, (key, by) => this.open(key, by));
  }

  private show(moment: number): void {
    if (!this.walk) return;
    this.moment = moment;
    const shown = this.moments[moment];
    this.graph?.show(shown);
    this.section.querySelector('#list ol')!.innerHTML = drawList(this.walk, shown).text;
    const record = this.walk.records.find(({ number }) => number === shown.record);
    this.options.onLine(record?.line ?? 0, false);
    this.drawOpened();
  }

  /** Shows a node's details, and goes there from the keyboard: who points sees both. */
  private open(key: Key, by: 'key' | 'pointer'): void {
    this.opened = key;
    this.drawOpened();
    if (by === 'key') this.find('details').focus();
  }

  private drawOpened(): void {
    const moment = this.moments[this.moment];
    this.find('details').innerHTML = this.opened ? drawDetails(this.walk!, this.opened, moment).text : '';
  }

  /** As large as fits, but not smaller than it can be read, nor larger than it is. */
  private fit(least: number): void {
    if (!this.graph) return;
    const { clientWidth } = this.section.querySelector('.graph-box')!;
    this.zoom(Math.max(least, Math.min(1, clientWidth / this.graph.size.width)));
  }

  private zoom(scale: number): void {
    this.scale = Math.min(Math.max(scale, SCALES.least), SCALES.most);
    this.graph?.zoom(this.scale);
  }

  private find<T extends HTMLElement>(id: string): T {
    return this.section.querySelector<T>(`#${id}`)!;
  }
}
