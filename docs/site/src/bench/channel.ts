// The samples on their axis, to be dragged, under the mixture that EM fits to them.
import type { Components } from '../../../../dist/models/lab/bench/numbers.js';
import { neighbour, REACH } from '../../../../dist/models/lab/bench/state.js';
import { densityAt } from '../../../../dist/models/report/draw/mixture.js';
import { line, type Place } from '../../../../dist/models/report/draw/path.js';
import { type Axis, scale, short } from '../../../../dist/models/report/draw/scale.js';
import { type Actions, channelAxis, type Seen } from './seen.js';
import { drawAxis, make, Picture, set, several } from './svg.js';

const HEIGHT = 216;
const MARGIN = 12;
/** From the densities' top to their base. */
const HILLS = [24, 140] as const;
/** Dots lie in three rows, so that one can take hold of them. */
const ROWS = [153, 165, 177];
const AXIS = 190;
/** How far from a dot one may take hold of it. */
const GRASP = 28;
/** Higher peaks than this are cut off, or the others would be flat. */
const HIGHEST = 0.6;

/** By how much each key moves the selected sample. */
const moves: Record<string, number> = { ArrowLeft: -0.1, ArrowRight: 0.1, PageDown: -1, PageUp: 1 };
const ends: Record<string, number> = { Home: -REACH, End: REACH };
const steps: Record<string, number> = { ArrowUp: 1, ArrowDown: -1 };

export class ChannelView {
  private readonly picture: Picture;
  private readonly axis: SVGElement;
  private readonly hills: SVGElement;
  private readonly sum: SVGElement;
  /** The components' weights over their peaks. */
  private readonly names: SVGElement;
  private readonly dots: SVGElement;
  private seen: Seen | null = null;
  /** What lies between a pointer and the dot it drags. */
  private offset: number | null = null;

  constructor(
    box: HTMLElement,
    private readonly actions: Actions,
  ) {
    const attributes = { role: 'group', 'aria-label': 'Samples and mixture', class: 'channel' };
    this.picture = new Picture(box, HEIGHT, attributes, () => this.seen && this.draw(this.seen));
    const { svg } = this.picture;
    this.axis = make(svg, 'g', { class: 'axes' });
    this.hills = make(svg, 'g');
    this.sum = make(svg, 'path', { class: 'sum' });
    this.names = make(svg, 'g');
    this.dots = make(svg, 'g', { class: 'dots' });
    svg.addEventListener('pointerdown', (event) => this.grasp(event));
    svg.addEventListener('pointermove', ({ clientX }) => this.drag(clientX));
    for (const end of ['pointerup', 'pointercancel'] as const)
      svg.addEventListener(end, () => this.release());
    svg.addEventListener('keydown', (event) => this.press(event));
    svg.addEventListener('keyup', () => actions.settle());
  }

  draw(seen: Seen): void {
    this.seen = seen;
    if (this.picture.width === 0) return;
    drawAxis(this.axis, { axis: channelAxis, places: this.places, y: AXIS });
    this.drawHills(seen.outcome.mixture);
    this.drawDots(seen);
  }

  private get places(): [number, number] {
    return [MARGIN, this.picture.width - MARGIN];
  }

  private drawHills(mixture: Components): void {
    const peaks = mixture.means.map((mean, k) => densityAt(mixture, [k], mean));
    const all = [...peaks.keys()];
    const tops = mixture.means.map((mean) => densityAt(mixture, all, mean));
    const y: Axis = { domain: [0, Math.min(HIGHEST, 1.03 * Math.max(...tops, 0.1))], log: false };
    const [toX, toY] = [scale(channelAxis, this.places), scale(y, [HILLS[1], HILLS[0]])];
    const place = (x: number, p: number): Place => [toX(x), toY(Math.min(p, y.domain[1]))];
    const grid = gridOf(mixture, this.picture.width);
    const curve = (components: number[]) =>
      line(grid.map((x) => place(x, densityAt(mixture, components, x))));
    const names = several(this.names, 'text', peaks.length, { 'text-anchor': 'middle' });
    for (const [k, group] of several(this.hills, 'g', peaks.length).entries()) {
      const [mean, deviation] = [mixture.means[k], mixture.deviations[k]];
      const [hill, middle, width] = several(group, 'path', 3);
      set(group, { class: `series c${k}` });
      set(hill, { class: 'hill', d: `${curve([k])}V${HILLS[1]}H${MARGIN}Z` });
      const top = place(mean, peaks[k]);
      set(middle, { class: 'line', d: line([place(mean, 0), top]) });
      const side = peaks[k] * Math.exp(-0.5); // a Gaussian's height at one deviation
      set(width, { class: 'line', d: line([place(mean - deviation, side), place(mean + deviation, side)]) });
      names[k].textContent = `λ ${short(mixture.weights[k], 2)}`;
      set(names[k], { x: top[0].toFixed(1), y: (place(mean, tops[k])[1] - 6).toFixed(1) });
    }
    set(this.sum, { d: curve(all) });
  }

  private drawDots({ state: { samples, selected }, colours }: Seen): void {
    const toX = scale(channelAxis, this.places);
    const fixed = {
      r: 6.5,
      role: 'slider',
      'aria-valuemin': -REACH,
      'aria-valuemax': REACH,
      'aria-describedby': 'keys',
    };
    for (const [i, dot] of several(this.dots, 'circle', samples.length, fixed).entries()) {
      set(dot, {
        ...{
          r: this.picture.width < 500 ? 5 : 6.5,
          cx: toX(samples[i]).toFixed(1),
          cy: ROWS[i % 3],
          style: `fill: ${colours[i]}`,
        },
        ...{
          'aria-label': `sample ${i + 1}`,
          'aria-valuenow': samples[i],
          tabindex: i === selected ? 0 : -1,
        },
        class: i === selected ? 'selected' : '',
      });
    }
  }

  /** Where a pointer is, in the picture's units: one is a pixel. */
  private placeOf({ clientX, clientY }: Pick<PointerEvent, 'clientX' | 'clientY'>): Place {
    const { left, top } = this.picture.svg.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  private grasp(event: PointerEvent): void {
    if (!this.seen || event.button !== 0) return;
    const { samples } = this.seen.state;
    const [x, y] = this.placeOf(event);
    const toX = scale(channelAxis, this.places);
    const far = samples.map((value, i) => Math.hypot(toX(value) - x, ROWS[i % 3] - y));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] > GRASP) return;
    event.preventDefault();
    this.picture.svg.setPointerCapture(event.pointerId);
    this.offset = toX(samples[nearest]) - x;
    this.actions.select(nearest);
    this.focus(nearest);
  }

  private drag(clientX: number): void {
    if (this.offset === null) return;
    const [x] = this.placeOf({ clientX, clientY: 0 });
    const [from, to] = this.places;
    this.actions.move(-REACH + ((x + this.offset - from) / (to - from)) * 2 * REACH);
  }

  private release(): void {
    if (this.offset === null) return;
    this.offset = null;
    this.actions.settle();
  }

  private press(event: KeyboardEvent): void {
    if (!this.seen || event.ctrlKey || event.altKey || event.metaKey) return;
    const { state } = this.seen;
    const { key } = event;
    if (key in steps) {
      const next = neighbour(state, steps[key]);
      this.actions.select(next);
      this.focus(next);
    } else if (key in moves) this.actions.move(state.samples[state.selected] + moves[key]);
    else if (key in ends) this.actions.move(ends[key]);
    else return;
    event.preventDefault();
  }

  private focus(index: number): void {
    (this.dots.children[index] as SVGElement | undefined)?.focus({ preventScroll: true });
  }
}

/** Places along the axis, denser about the means, so that no narrow hill is missed. */
function gridOf({ means, deviations }: Components, width: number): number[] {
  const count = Math.ceil(width / 4);
  const even = Array.from({ length: count + 1 }, (_, i) => -REACH + (2 * REACH * i) / count);
  const near = means.flatMap((mean, k) =>
    Array.from({ length: 25 }, (_, i) => mean + deviations[k] * (i / 4 - 3)),
  );
  return [...even, ...near.filter((x) => Math.abs(x) < REACH)].toSorted((a, b) => a - b);
}
