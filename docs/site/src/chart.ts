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
  private readonly plot: uPlot;
  private readonly lines: Record<string, number[]>;
  private scheduled = false;

  constructor(
    private readonly box: HTMLElement,
    title: string,
    private readonly names: readonly string[],
  ) {
    this.lines = Object.fromEntries(names.map((name) => [name, []]));
    const axis = { stroke: colourOf('faint'), grid: { stroke: colourOf('line') } };
    const series = names.map((name) => ({ label: name.toUpperCase(), stroke: colourOf(name), width: 2 }));
    const size = { width: box.clientWidth, height: HEIGHT };
    const options: uPlot.Options = {
      ...{ title, ...size, axes: [axis, axis], scales: { x: { time: false } } },
      series: [{ label: 'update' }, ...series],
    };
    this.plot = new uPlot(options, this.data(), box);
    new ResizeObserver(() => this.plot.setSize({ width: box.clientWidth, height: HEIGHT })).observe(box);
  }

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
    this.box.scrollLeft = 0;
  }

  private data(): uPlot.AlignedData {
    const lines = this.names.map((name) => this.lines[name]);
    const most = Math.max(...lines.map(({ length }) => length));
    const updates = Array.from({ length: most }, (_, i) => i + 1);
    return [updates, ...lines.map((line) => updates.map((_, i) => line[i] ?? null))];
  }
}
