// Where a norm puts each sample: lines from the channel's axis to the outputs'.
import { line } from '../../../../dist/models/report/draw/path.js';
import { type Axis, roundAxis, scale } from '../../../../dist/models/report/draw/scale.js';
import { channelAxis, type Seen } from './seen.js';
import { drawAxis, make, Picture, set, several } from './svg.js';

const HEIGHT = 200;
const MARGIN = 12;
const [ABOVE, BELOW] = [28, 168];
/** The outputs' axis has these in any case. */
const USUAL = [-3, 3];

export class OutputView {
  private readonly picture: Picture;
  private readonly axes: SVGElement[];
  private readonly lines: SVGElement;
  private readonly dots: SVGElement;
  private seen: Seen | null = null;

  constructor(
    box: HTMLElement,
    private readonly norm: 'bn' | 'mn',
  ) {
    const label = `${norm.toUpperCase()}: lines from each sample to its output`;
    const redraw = () => this.seen && this.draw(this.seen);
    this.picture = new Picture(box, HEIGHT, { role: 'img', 'aria-label': label }, redraw);
    const { svg } = this.picture;
    this.axes = [0, 1].map(() => make(svg, 'g', { class: 'axes' }));
    this.lines = make(svg, 'g', { class: 'ways' });
    this.dots = make(svg, 'g', { class: 'ends' });
  }

  draw(seen: Seen): void {
    this.seen = seen;
    const { width } = this.picture;
    if (width === 0) return;
    const { state, outcome, colours } = seen;
    const outputs = outcome[this.norm];
    const axis: Axis = roundAxis([...USUAL, ...outcome.bn, ...outcome.mn]);
    const places: [number, number] = [MARGIN, width - MARGIN];
    drawAxis(this.axes[0], { axis: channelAxis, places, y: ABOVE }, 'above');
    drawAxis(this.axes[1], { axis, places, y: BELOW });
    const [toX, toY] = [scale(channelAxis, places), scale(axis, places)];
    const N = outputs.length;
    const dots = several(this.dots, 'circle', 2 * N, { r: 3 });
    for (const [i, way] of several(this.lines, 'path', N).entries()) {
      const [from, to] = [toX(state.samples[i]), toY(outputs[i])];
      const kind = i === state.selected ? 'selected' : '';
      set(way, {
        d: line([
          [from, ABOVE],
          [to, BELOW],
        ]),
        style: `stroke: ${colours[i]}`,
        class: kind,
      });
      const style = `fill: ${colours[i]}`;
      set(dots[2 * i], { cx: from.toFixed(1), cy: ABOVE, style });
      set(dots[2 * i + 1], { cx: to.toFixed(1), cy: BELOW, style });
    }
  }
}
