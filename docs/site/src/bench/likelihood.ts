// The log-likelihood over the rounds of EM.

import { html } from '../../../../dist/models/report/draw/html.js';
import { line } from '../../../../dist/models/report/draw/path.js';
import { type Axis, roundAxis, scale, short, ticks } from '../../../../dist/models/report/draw/scale.js';
import type { Seen } from './seen.js';
import { drawAxis, make, Picture, set, several } from './svg.js';

const HEIGHT = 150;
const LEFT = 52;
const [TOP, BOTTOM] = [10, 122];
/** The axis has so many rounds in any case. */
const ROUNDS = 5;

export class LikelihoodView {
  private readonly picture: Picture;
  private readonly axis: SVGElement;
  private readonly rows: SVGElement;
  private readonly curve: SVGElement;
  private readonly dots: SVGElement;
  private seen: Seen | null = null;

  constructor(box: HTMLElement) {
    const attributes = { role: 'img', 'aria-label': 'Mean log-likelihood after each round' };
    this.picture = new Picture(box, HEIGHT, attributes, () => this.seen && this.draw(this.seen));
    const { svg } = this.picture;
    this.rows = make(svg, 'g', { class: 'axes' });
    this.axis = make(svg, 'g', { class: 'axes' });
    this.curve = make(svg, 'path', { class: 'rise' });
    this.dots = make(svg, 'g', { class: 'rise' });
  }

  draw(seen: Seen): void {
    this.seen = seen;
    const { width } = this.picture;
    if (width === 0) return;
    const values = seen.outcome.logLikelihoods;
    const places: [number, number] = [LEFT, width - 12];
    const x: Axis = { domain: [0, Math.max(ROUNDS, values.length - 1)], log: false };
    const y = roundAxis(values);
    const [toX, toY] = [scale(x, places), scale(y, [BOTTOM, TOP])];
    drawAxis(this.axis, { axis: x, places, y: BOTTOM });
    const rows = ticks(y, 3).map((value) => {
      const at = toY(value).toFixed(1);
      return html`<path class="grid" d="M${LEFT},${at}H${places[1]}"/><text x="${LEFT - 6}" y="${at}" dy="0.35em" text-anchor="end">${short(value)}</text>`;
    });
    this.rows.innerHTML = html`${rows}`.text;
    set(this.curve, { d: line(values.map((value, round) => [toX(round), toY(value)])) });
    for (const [round, dot] of several(this.dots, 'circle', values.length, { r: 3 }).entries())
      set(dot, { cx: toX(round).toFixed(1), cy: toY(values[round]).toFixed(1) });
  }
}
