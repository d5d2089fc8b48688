// The graph of a walk as a picture that one can walk about in: arrow keys follow its arrows, Enter opens a node.
import { type Html, html } from '../../../../dist/models/report/draw/html.js';
import { type Layout, layOut, type Place } from '../../../../dist/models/tape/layout.js';
import { brief, describeTensor, type Moment } from '../../../../dist/models/tape/moments.js';
import type { Walk } from '../../../../dist/models/tape/watch.js';
import { drawGradient, drawRecord, drawTensor, recordSize, type Size, tensorSize } from './cards.js';

/** A node: a tensor by its id, or a record by its number. */
export type Key = `t${number}` | `r${number}`;

interface Edge {
  from: Key;
  to: Key;
  /** The record, and the place among its inputs; null for its output. */
  record: number;
  input: number | null;
  carries: boolean;
}

const GAPS = { between: 34, beside: 16 };
const MARGIN = 8;

export class GraphView {
  private readonly edges: Edge[];
  private readonly layout: Layout;
  private readonly sizes: ReadonlyMap<Key, Size>;
  private readonly svg: SVGSVGElement;
  private scale = 1;

  constructor(
    private readonly box: HTMLElement,
    private readonly walk: Walk,
    private readonly direction: 'right' | 'down',
    private readonly open: (key: Key, by: 'key' | 'pointer') => void,
  ) {
    this.edges = edgesOf(walk);
    this.sizes = sizesOf(walk);
    const boxes = [...this.sizes].map(([id, size]) => ({ id, ...size }));
    this.layout = layOut(boxes, this.edges, { direction, ...GAPS });
    box.innerHTML = this.draw().text;
    this.svg = box.querySelector('svg')!;
    this.svg.addEventListener('click', ({ target }) => this.chosen(target));
    this.svg.addEventListener('keydown', (event) => this.pressed(event));
    this.svg.querySelector('.node')?.setAttribute('tabindex', '0');
  }

  /** Width and height of all of it. */
  get size(): Size {
    return { width: this.layout.width + 2 * MARGIN, height: this.layout.height + 2 * MARGIN };
  }

  zoom(scale: number): void {
    this.scale = scale;
    this.svg.style.width = `${this.size.width * scale}px`;
  }

  /** Shows what has come to each tensor, and what has just happened. */
  show({ record, given, changed, gradients, done }: Moment): void {
    for (const tensor of this.walk.tensors) {
      const node = this.nodeOf(`t${tensor.id}`);
      const gradient = gradients.get(tensor.id);
      const own = given.filter((each) => each.tensor === tensor.id);
      node.querySelector('.grad')!.innerHTML = drawGradient(
        gradient,
        own,
        this.sizes.get(`t${tensor.id}`)!,
      ).text;
      node.classList.toggle('changed', changed.has(tensor.id));
      node.setAttribute('aria-label', describeTensor(tensor, gradient));
    }
    for (const { number } of this.walk.records) {
      const node = this.nodeOf(`r${number}`);
      node.classList.toggle('current', number === record);
      node.classList.toggle('done', done.has(number));
    }
    this.edges.forEach((edge, i) => {
      const path = this.svg.querySelector(`[data-edge="${i}"]`)!;
      const what =
        edge.record === record && edge.input !== null ? givenTo(this.walk, edge, given) : undefined;
      path.classList.toggle('flow', what !== undefined);
      path.querySelector('text')!.textContent =
        what?.gradient.values?.length === 1 ? brief(what.gradient, 3) : '';
    });
    const key = record === null ? [...changed].map((id): Key => `t${id}`)[0] : (`r${record}` as Key);
    if (key) this.bringIntoView(key);
  }

  focus(key: Key): void {
    for (const node of this.svg.querySelectorAll('.node')) node.setAttribute('tabindex', '-1');
    const node = this.nodeOf(key);
    node.setAttribute('tabindex', '0');
    node.focus({ preventScroll: true });
    this.bringIntoView(key);
  }

  /** Scrolls the box, and not the page. */
  private bringIntoView(key: Key): void {
    const { x, y } = this.layout.places.get(key)!;
    const { width, height } = this.sizes.get(key)!;
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = this.box;
    const fits = (at: number, length: number, from: number, room: number) =>
      at >= from && at + length <= from + room;
    const [left, top] = [x * this.scale, y * this.scale];
    if (!fits(left, width * this.scale, scrollLeft, clientWidth))
      this.box.scrollLeft = left + (width * this.scale - clientWidth) / 2;
    if (!fits(top, height * this.scale, scrollTop, clientHeight))
      this.box.scrollTop = top + (height * this.scale - clientHeight) / 2;
  }

  private nodeOf(key: Key): SVGGElement {
    return this.svg.querySelector(`[data-key="${key}"]`)!;
  }

  private chosen(target: EventTarget | null): void {
    const node = (target as Element).closest<SVGGElement>('.node');
    if (!node) return;
    const key = node.dataset.key as Key;
    this.focus(key);
    this.open(key, 'pointer');
  }

  private pressed(event: KeyboardEvent): void {
    const key = (event.target as SVGElement).dataset.key as Key | undefined;
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.open(key, 'key');
    else {
      const next = this.neighbour(key, event.key);
      if (next === null) return;
      if (next) this.focus(next);
    }
    event.preventDefault();
  }

  /** The node that an arrow key leads to; null for other keys, undefined where there is none. */
  private neighbour(key: Key, pressed: string): Key | undefined | null {
    const turned = {
      ArrowRight: 'ArrowDown',
      ArrowLeft: 'ArrowUp',
      ArrowDown: 'ArrowRight',
      ArrowUp: 'ArrowLeft',
    };
    const arrow = this.direction === 'right' ? pressed : turned[pressed as keyof typeof turned];
    const layer = this.layout.layers.find((keys) => keys.includes(key)) as Key[];
    const at = layer.indexOf(key);
    if (arrow === 'ArrowRight')
      return this.nearest(
        key,
        this.edges.filter(({ from }) => from === key).map(({ to }) => to),
      );
    if (arrow === 'ArrowLeft')
      return this.nearest(
        key,
        this.edges.filter(({ to }) => to === key).map(({ from }) => from),
      );
    if (arrow === 'ArrowDown') return layer[at + 1];
    if (arrow === 'ArrowUp') return layer[at - 1];
    return null;
  }

  private nearest(key: Key, keys: readonly Key[]): Key | undefined {
    const centre = (of: Key) => {
      const [{ x, y }, { width, height }] = [this.layout.places.get(of)!, this.sizes.get(of)!];
      return this.direction === 'right' ? y + height / 2 : x + width / 2;
    };
    const distance = (of: Key) => Math.abs(centre(of) - centre(key));
    return keys.toSorted((a, b) => distance(a) - distance(b))[0];
  }

  private draw(): Html {
    const { width, height } = this.size;
    const paths = this.layout.routes.map((route, i) => this.drawEdge(route, i));
    const nodes = [...this.sizes.keys()].map((key) => this.drawNode(key));
    return html`<svg role="group" aria-label="the graph of the tape: arrow keys go along its arrows, Enter opens a node" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">
<defs>${['head', 'flow-head'].map(
      (id) =>
        html`<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0,0L8,4L0,8Z"/></marker>`,
    )}</defs>
<g aria-hidden="true">${paths}</g>${nodes}</svg>`;
  }

  private drawEdge(route: readonly Place[], i: number): Html {
    const { carries, input } = this.edges[i];
    const [from, to] = route;
    const kind = input === null || carries ? 'edge' : 'edge constant';
    return html`<g class="${kind}" data-edge="${i}"><path d="${curve(route, this.direction)}"/><text x="${(from.x + to.x) / 2}" y="${(from.y + to.y) / 2 + 4}"></text></g>`;
  }

  private drawNode(key: Key): Html {
    const { x, y } = this.layout.places.get(key)!;
    const size = this.sizes.get(key)!;
    const number = Number(key.slice(1));
    const at = html`data-key="${key}" transform="translate(${x} ${y})" role="img" aria-roledescription="node" tabindex="-1"`;
    if (key.startsWith('r')) {
      const record = this.walk.records.find((each) => each.number === number)!;
      const line = record.line ? `, line ${record.line}` : '';
      return html`<g class="node record" aria-label="operation ${record.op}${line}" ${at}>${drawRecord(record, size)}</g>`;
    }
    const tensor = this.walk.tensors[number];
    return html`<g class="node ${tensor.kind}" ${at}>${drawTensor(tensor, size)}<g class="grad"></g></g>`;
  }
}

function sizesOf({ tensors, records }: Walk): Map<Key, Size> {
  const uses = records.flatMap(({ inputs }) => inputs.map(({ tensor }) => tensor));
  const sized = (id: number): [Key, Size] => [
    `t${id}`,
    tensorSize(tensors[id], uses.filter((each) => each === id).length),
  ];
  return new Map(
    records.flatMap((record): [Key, Size][] => [
      ...record.inputs.map(({ tensor }) => sized(tensor)),
      [`r${record.number}`, recordSize(record)],
      sized(record.output),
    ]),
  );
}

function edgesOf({ records }: Walk): Edge[] {
  return records.flatMap(({ number, inputs, output }): Edge[] => [
    ...inputs.map(
      ({ tensor, carries }, input): Edge => ({
        from: `t${tensor}`,
        to: `r${number}`,
        record: number,
        input,
        carries,
      }),
    ),
    { from: `r${number}`, to: `t${output}`, record: number, input: null, carries: true },
  ]);
}

/** What a rule gave along an edge: a tensor may be an argument's entry several times. */
function givenTo(
  { records }: Walk,
  { record, input }: Edge,
  given: Moment['given'],
): Moment['given'][number] | undefined {
  const { inputs } = records.find(({ number }) => number === record)!;
  const alike = (other: { tensor: number; name: string }) =>
    other.tensor === inputs[input!].tensor && argumentOf(other.name) === argumentOf(inputs[input!].name);
  return given.filter(alike)[inputs.slice(0, input!).filter(alike).length];
}

/** The argument that a list's entry is part of. */
const argumentOf = (name: string) => name.replace(/\[\d+\]$/, '');

/** A smooth line through places that goes along the arrows at each of them. */
function curve(route: readonly Place[], direction: 'right' | 'down'): string {
  const [first, ...rest] = route;
  let from = first;
  const parts = rest.map((to) => {
    const middle = direction === 'right' ? (from.x + to.x) / 2 : (from.y + to.y) / 2;
    const [a, b] =
      direction === 'right'
        ? [`${middle},${from.y}`, `${middle},${to.y}`]
        : [`${from.x},${middle}`, `${to.x},${middle}`];
    from = to;
    return `C${a} ${b} ${to.x},${to.y}`;
  });
  return `M${first.x},${first.y}${parts.join('')}`;
}
