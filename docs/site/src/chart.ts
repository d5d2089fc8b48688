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
  /** Values by update. */
  private readonly lines: Record<string, Map<number, number>>;
  private scheduled = false;

  constructor(
    private readonly box: HTMLElement,
    private readonly title: string,
    private readonly names: readonly string[],
    private readonly hasPoints = false,
  ) {
    this.lines = Object.fromEntries(names.map((name) => [name, new Map()]));
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
      ...{ label: name.toUpperCase(), stroke: colourOf(name), width: 2, points: { show: this.hasPoints } },
    }));
    const options: uPlot.Options = {
      ...{ title: this.title, ...this.size(), axes: [axis, axis], scales: { x: { time: false } } },
      series: [{ label: 'update' }, ...series],
    };
    return new uPlot(options, this.data(), this.box);
  }

  private size = () => ({ width: this.box.clientWidth, height: HEIGHT });

  /** Adds a value to a line; drawn with the next frame. */
  add(name: string, update: number, value: number): void {
    this.lines[name].set(update, value);
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.plot.setData(this.data());
    });
  }

  clear(): void {
    for (const line of Object.values(this.lines)) line.clear();
    this.plot.setData(this.data());
  }

  private data(): uPlot.AlignedData {
    const lines = this.names.map((name) => this.lines[name]);
    const updates = [...new Set(lines.flatMap((line) => [...line.keys()]))].toSorted((a, b) => a - b);
    return [updates, ...lines.map((line) => updates.map((update) => line.get(update) ?? null))];
  }
}
