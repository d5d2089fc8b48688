// A chart of two lines that grow: one of each network, over the updates.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const HEIGHT = 260;

/** A colour of the style sheet as it is now, in light or dark. */
const colourOf = (name: string) => {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(--${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

export class GrowingChart {
  private plot: uPlot;
  private readonly lines: Record<string, number[]>;
  private scheduled = false;

  constructor(
    private readonly box: HTMLElement,
    private readonly title: string,
    private readonly names: readonly string[],
  ) {
    this.lines = Object.fromEntries(names.map((name) => [name, []]));
    this.plot = this.draw();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(box);
    // a canvas keeps its colours when the page goes from light to dark
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.plot.destroy();
      this.plot = this.draw();
    });
  }

  private draw(): uPlot {
    const axis = { stroke: colourOf('quiet'), grid: { stroke: colourOf('grid'), width: 1 } };
    const series = this.names.map((name) => ({
      ...{ label: name.toUpperCase(), stroke: colourOf(name), width: 2, points: { show: false } },
    }));
    const options: uPlot.Options = {
      ...{ title: this.title, ...this.size(), axes: [axis, axis], scales: { x: { time: false } } },
      series: [{ label: 'update' }, ...series],
    };
    return new uPlot(options, this.data(), this.box);
  }

  private size = () => ({ width: this.box.clientWidth, height: HEIGHT });

  /** Adds the next value of a line, the n-th being that of update n; drawn with the next frame. */
  add(name: string, value: number): void {
    this.lines[name].push(value);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.plot.setData(this.data());
    });
  }

  clear(): void {
    for (const line of Object.values(this.lines)) line.length = 0;
    this.plot.setData(this.data());
  }

  private data(): uPlot.AlignedData {
    const lines = this.names.map((name) => this.lines[name]);
    const most = Math.max(...lines.map(({ length }) => length));
    const updates = Array.from({ length: most }, (_, i) => i + 1);
    return [updates, ...lines.map((line) => updates.map((_, i) => line[i] ?? null))];
  }
}
