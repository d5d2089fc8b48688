// Posteriors, upstream weights and gradients: a column for each sample, along the axis.
import { MOST_UPSTREAM, upstreamOf } from '../../../../dist/models/lab/bench/state.js';
import { html } from '../../../../dist/models/report/draw/html.js';
import { type Axis, scale, short } from '../../../../dist/models/report/draw/scale.js';
import type { Actions, Seen } from './seen.js';
import { make, Picture, set, several } from './svg.js';

const LEFT = 44;
/** A row, and the words above it. */
const [ROW, WORDS, GAP] = [56, 18, 8];
const rows = [
  { name: 'posteriors', title: 'posteriors τ' },
  { name: 'upstream', title: 'weights g of the loss' },
  { name: 'bn', title: 'gradient of BN' },
  { name: 'detached', title: 'gradient of MN, detached' },
  { name: 'posterior', title: 'gradient of MN, posterior' },
  { name: 'unrolled', title: 'gradient of MN, unrolled' },
] as const;
type RowName = (typeof rows)[number]['name'];
const HEIGHT = rows.length * (ROW + WORDS + GAP);

/** Where a row's values are. */
const topOf = (name: RowName) => rows.findIndex((row) => row.name === name) * (ROW + WORDS + GAP) + WORDS;

/** The places of a row's columns. */
interface Columns {
  /** A sample's left and right end. */
  ends: (index: number) => [left: number, right: number];
  order: readonly number[];
}

export class ColumnsView {
  private readonly picture: Picture;
  private readonly mark: SVGElement;
  private readonly shares: SVGElement;
  /** Where the loss' weights are taken hold of. */
  private readonly handle: SVGElement;
  private readonly parts: Record<RowName, Record<'scale' | 'bars' | 'truth', SVGElement>>;
  private seen: Seen | null = null;
  private isWeighing = false;

  constructor(
    box: HTMLElement,
    private readonly actions: Actions,
  ) {
    const attributes = {
      role: 'img',
      'aria-label': 'Posteriors, weights and gradients of each sample',
      class: 'columns',
    };
    this.picture = new Picture(box, HEIGHT, attributes, () => this.seen && this.draw(this.seen));
    const { svg } = this.picture;
    this.mark = make(svg, 'rect', { class: 'mark', y: 0, height: HEIGHT });
    this.shares = make(svg, 'g');
    const partsOf = (name: RowName, title: string) => {
      const group = make(svg, 'g', { class: `row ${name}` });
      make(group, 'text', { class: 'title', x: LEFT, y: topOf(name) - 5 }).textContent = title;
      const [scale, bars, truth] = ['axes', 'bars', 'truth'].map((kind) =>
        make(group, kind === 'axes' ? 'g' : 'path', { class: kind }),
      );
      return [name, { scale, bars, truth }] as const;
    };
    this.parts = Object.fromEntries(rows.map(({ name, title }) => partsOf(name, title))) as typeof this.parts;
    this.handle = make(svg, 'rect', { class: 'handle', x: LEFT, y: topOf('upstream'), height: ROW });
    svg.addEventListener('pointerdown', (event) => this.touch(event));
    svg.addEventListener('pointermove', (event) => this.isWeighing && this.weigh(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      svg.addEventListener(end, () => this.release());
  }

  draw(seen: Seen): void {
    this.seen = seen;
    if (this.picture.width === 0) return;
    const { state, outcome, exact } = seen;
    const columns = this.columns(seen);
    const [left, right] = columns.ends(state.selected);
    set(this.mark, { x: left.toFixed(1), width: (right - left).toFixed(1) });
    set(this.handle, { width: this.picture.width - LEFT });
    this.drawShares(seen, columns);
    this.drawRow(
      'upstream',
      upstreamOf(state),
      { domain: [-MOST_UPSTREAM, MOST_UPSTREAM], log: false },
      columns,
    );
    const { bn, detached, posterior } = outcome.gradients;
    const all = [bn, detached, posterior, exact?.unrolled ?? [], exact?.differences ?? []]
      .flat()
      .map(Math.abs);
    const most = roundUp(Math.max(...all, 0.01));
    const axis: Axis = { domain: [-most, most], log: false };
    this.drawRow('bn', bn, axis, columns);
    const truth = exact?.differences;
    this.drawRow('detached', detached, axis, columns, truth);
    this.drawRow('posterior', posterior, axis, columns, truth);
    this.drawRow('unrolled', exact?.unrolled ?? [], axis, columns, truth);
  }

  private columns({ order }: Seen): Columns {
    const wide = (this.picture.width - LEFT) / order.length;
    const rank = new Map(order.map((index, at) => [index, at]));
    const ends = (index: number): [number, number] => {
      const left = LEFT + rank.get(index)! * wide;
      return [left, left + wide];
    };
    return { ends, order };
  }

  /** Posteriors, one component over the other. */
  private drawShares({ outcome: { posteriors } }: Seen, { ends, order }: Columns): void {
    const top = topOf('posteriors');
    const below = new Map(order.map((i) => [i, 0]));
    for (const [k, part] of several(this.shares, 'path', posteriors.length).entries()) {
      const boxes = order.map((i) => {
        const [from, to] = [below.get(i)!, below.get(i)! + posteriors[k][i]];
        below.set(i, to);
        return bar(ends(i), top + ROW * (1 - from), top + ROW * (1 - to));
      });
      set(part, { d: boxes.join(''), style: `fill: var(--c${k})` });
    }
  }

  private drawRow(
    name: RowName,
    values: readonly number[],
    axis: Axis,
    { ends, order }: Columns,
    truth: readonly number[] = [],
  ): void {
    const top = topOf(name);
    const toY = scale(axis, [top + ROW, top]);
    const { scale: words, bars, truth: ticks } = this.parts[name];
    drawScale(words, axis, top, this.picture.width);
    const shown = values.length === 0 ? [] : order;
    set(bars, { d: shown.map((i) => bar(ends(i), toY(0), toY(values[i]))).join('') });
    const tick = (i: number) => {
      const [left, right] = ends(i);
      return `M${left.toFixed(1)},${toY(truth[i]).toFixed(1)}H${right.toFixed(1)}`;
    };
    set(ticks, { d: truth.length === 0 ? '' : order.map(tick).join('') });
  }

  private touch(event: PointerEvent): void {
    if (!this.seen || event.button !== 0) return;
    if (event.target !== this.handle) {
      this.actions.select(this.at(event).index);
      this.actions.settle();
      return;
    }
    this.isWeighing = true;
    event.preventDefault();
    this.picture.svg.setPointerCapture(event.pointerId);
    this.weigh(event);
  }

  private weigh(event: PointerEvent): void {
    const { index, y } = this.at(event);
    this.actions.weigh(index, MOST_UPSTREAM * (1 - (2 * (y - topOf('upstream'))) / ROW));
  }

  private release(): void {
    if (!this.isWeighing) return;
    this.isWeighing = false;
    this.actions.settle();
  }

  /** The sample in whose column a pointer is, and at what height. */
  private at({ clientX, clientY }: PointerEvent): { index: number; y: number } {
    const { left, top } = this.picture.svg.getBoundingClientRect();
    const { order } = this.seen!;
    const at = Math.floor(((clientX - left - LEFT) / (this.picture.width - LEFT)) * order.length);
    return { index: order[Math.max(0, Math.min(order.length - 1, at))], y: clientY - top };
  }
}

/** The next larger of some round numbers: while one drags, rows change their scale seldom, and are well filled. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 1.5, 2, 3, 4, 5, 7, 10].find((factor) => factor * power >= value)!;
}

/** The base and both ends of a row, with their values. */
function drawScale(group: SVGElement, { domain: [low, high] }: Axis, top: number, right: number): void {
  const key = [low, high, right].join();
  if (group.dataset.key === key) return;
  group.dataset.key = key;
  const words = [
    { value: high, y: top + 9 },
    { value: low, y: top + ROW },
  ].map(({ value, y }) => html`<text x="${LEFT - 6}" y="${y}" text-anchor="end">${short(value, 2)}</text>`);
  group.innerHTML = html`<path class="base" d="M${LEFT},${top + ROW / 2}H${right}"/>${words}`.text;
}

/** The outline of one bar, with a little room to its neighbours. */
function bar([left, right]: readonly [number, number], from: number, to: number): string {
  const room = Math.min(1, (right - left) / 8);
  return `M${(left + room).toFixed(1)},${from.toFixed(1)}V${to.toFixed(1)}H${(right - room).toFixed(1)}V${from.toFixed(1)}Z`;
}
