// Curves over steps as SVG. Colours are classes, which the page's style sheet gives a colour by light and dark.
import { type Html, html, nothing } from './html.js';
import { area, line } from './path.js';
import { type Axis, type Range, rangeOf, roundAxis, scale, short, ticks } from './scale.js';

/** A value at a step, and the range about it where there is one. */
export interface Point {
  x: number;
  y: number;
  low?: number;
  high?: number;
}

/** How a series is drawn: as a thin line, as a line, or as one with signs at its points. */
export type Look = 'thin' | 'line' | 'dots' | 'diamonds';

export interface Series {
  name: string;
  points: readonly Point[];
  /** One of the page's colours, from 0. */
  color: number;
  look: Look;
  /** What a reader may show and hide it by, in all pictures of a page. */
  group?: number;
}

/** A picture of series. */
export interface Chart {
  title: string;
  series: readonly Series[];
  /** What is along x. @default 'step' */
  x?: string;
  /** Values that the y axis has in any case. */
  include?: readonly number[];
  /** Whether equal factors are equal distances along y, where all values are above 0. */
  log?: boolean;
  /** What stands behind a value: ' %'. */
  unit?: string;
}

/** The size of a picture, and where in it the values are. */
export const size = { width: 460, height: 250 };
export const plot: { x: Range; y: Range } = { x: [50, 448], y: [218, 12] };

/** The axes of a picture. */
export function axesOf({ series, include = [], log = false }: Chart): { x: Axis; y: Axis } {
  const points = series.flatMap((one) => one.points);
  const ys = points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
  return {
    x: { domain: rangeOf(points.map(({ x }) => x)), log: false },
    y: roundAxis([...ys, ...include], log),
  };
}

/** A picture as SVG. */
export function draw(chart: Chart): Html {
  const { x, y } = axesOf(chart);
  const places = { x: scale(x, plot.x), y: scale(y, plot.y) };
  const domain = (axis: Axis) => `${axis.domain.join(' ')}${axis.log ? ' log' : ''}`;
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${describe(chart)}"
data-x="${domain(x)}" data-y="${domain(y)}">
${drawAxes(x, y, chart)}
${chart.series.map((one) => drawSeries(one, places))}
</svg>`;
}

/** What a picture shows, in words. */
function describe({ title, series, unit = '', x = 'step' }: Chart): string {
  const each = series.map(({ name, points }) => {
    const [first, last] = [points[0], points[points.length - 1]];
    if (!first) return `${name}: no values`;
    const at = ({ x: where, y }: Point) => `${short(y)}${unit} at ${x} ${short(where)}`;
    return points.length === 1 ? `${name}: ${at(first)}` : `${name}: ${at(first)}, ${at(last)}`;
  });
  return `${title}. ${each.join('. ')}.`;
}

function drawAxes(x: Axis, y: Axis, { x: label = 'step', unit = '' }: Chart): Html {
  const [toX, toY] = [scale(x, plot.x), scale(y, plot.y)];
  const [left, right] = plot.x;
  const bottom = plot.y[0];
  const rows = ticks(y).map((value) => {
    const at = toY(value).toFixed(1);
    return html`<path class="grid" d="M${left},${at}H${right}"/><text x="${left - 6}" y="${at}" dy="0.35em" text-anchor="end">${short(value)}${unit}</text>`;
  });
  const columns = ticks(x, 6).map((value) => {
    const at = toX(value).toFixed(1);
    return html`<path class="tick" d="M${at},${bottom}v4"/><text x="${at}" y="${bottom + 17}" text-anchor="middle">${short(value)}</text>`;
  });
  return html`<g class="axes">${rows}${columns}
<text x="${right}" y="${size.height - 2}" text-anchor="end">${label} →</text></g>`;
}

interface Places {
  x: (value: number) => number;
  y: (value: number) => number;
}

function drawSeries({ points, color, look, group }: Series, { x, y }: Places): Html {
  const within = points.filter((point) => Number.isFinite(point.y));
  const bands = within.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const d = line(within.map((point) => [x(point.x), y(point.y)]));
  const band = area(
    bands.map((point) => [x(point.x), y(point.high!)]),
    bands.map((point) => [x(point.x), y(point.low!)]),
  );
  const signed = look === 'dots' || look === 'diamonds' || within.length === 1;
  const signs = signed ? within.map((point) => sign(look, x(point.x), y(point.y))) : nothing;
  return html`<g class="series c${color} ${look}"${groupOf(group)}>
${band ? html`<path class="band" d="${band}"/>` : nothing}<path class="line" d="${d}"/>${signs}</g>`;
}

/** The attribute by which a page shows and hides a group. */
export function groupOf(group: number | undefined): Html {
  return group === undefined ? nothing : html` data-group="${group}"`;
}

function sign(look: Look, x: number, y: number): Html {
  const [left, top] = [x.toFixed(1), y.toFixed(1)];
  if (look === 'diamonds') return html`<path class="sign" d="M${left},${top}m0,-5l4,5l-4,5l-4,-5z"/>`;
  return html`<circle class="sign" cx="${left}" cy="${top}" r="3.2"/>`;
}

/** The sign of a series in a legend. */
export function key({ color, look }: Pick<Series, 'color' | 'look'>): Html {
  const drawn = look === 'dots' || look === 'diamonds' ? sign(look, 12, 6) : nothing;
  return html`<svg class="key" viewBox="0 0 24 12" width="24" height="12" aria-hidden="true"><g class="series c${color} ${look}"><path class="line" d="M1,6H23"/>${drawn}</g></svg>`;
}
