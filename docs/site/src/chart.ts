// A chart of lines that grow over the updates.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colourOf, onScheme } from './colours.js';
import { Drawing } from './drawing.js';

const HEIGHT = 260;

/** A line: its colour in the style sheet, and its name. */
export interface Line {
  colour: string;
  label: string;
}

/** Values of lines over the updates. */
export class Growth {
  private readonly updates: number[] = [];
  private readonly values: (number | null)[][];

  constructor(readonly lines: readonly Line[]) {
    this.values = lines.map(() => []);
  }

  set(line: number, update: number, value: number): void {
    const { updates, values } = this;
    let at = updates.length;
    while (at > 0 && updates[at - 1] >= update) at--;
    if (updates[at] !== update) {
      updates.splice(at, 0, update);
      for (const own of values) own.splice(at, 0, null);
    }
    values[line][at] = value;
  }

  get data(): uPlot.AlignedData {
    return [this.updates, ...this.values];
  }
}

/** How a chart looks. */
export interface Look {
  title?: string;
  hasPoints?: boolean;
  hasLegend?: boolean;
  /** From 0 to this value; without it as high as the values. */
  most?: number;
  height?: number;
}

export class GrowingChart {
  private plot: uPlot;
  private readonly drawing: Drawing;

  constructor(
    private readonly box: HTMLElement,
    private readonly look: Look,
    private growth: Growth,
  ) {
    this.plot = this.make();
    this.drawing = new Drawing(box, () => this.plot.setData(this.growth.data));
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(box);
    onScheme(() => this.remake());
  }

  private remake(): void {
    this.plot.destroy();
    this.plot = this.make();
  }

  private make(): uPlot {
    const { title, hasPoints = false, hasLegend = true, most } = this.look;
    const axis = { stroke: colourOf('quiet'), grid: { stroke: colourOf('grid'), width: 1 } };
    const series = this.growth.lines.map(({ colour, label }) => ({
      ...{ label, stroke: colourOf(colour), width: 2, points: { show: hasPoints } },
    }));
    const y: uPlot.Scale = most === undefined ? {} : { range: [0, most] };
    const options: uPlot.Options = {
      ...{ title, ...this.size(), axes: [axis, axis], scales: { x: { time: false }, y } },
      legend: { show: hasLegend },
      series: [{ label: 'update' }, ...series],
    };
    return new uPlot(options, this.growth.data, this.box);
  }

  private size = () => ({ width: this.box.clientWidth, height: this.look.height ?? HEIGHT });

  /** Adds a value to a line of what is shown. */
  add(line: number, update: number, value: number): void {
    this.growth.set(line, update, value);
    this.drawing.touch();
  }

  /** Shows these lines, which may have got more values. */
  show(growth: Growth): void {
    const isOther = growth !== this.growth;
    this.growth = growth;
    if (isOther) this.remake();
    else this.drawing.touch();
  }
}
