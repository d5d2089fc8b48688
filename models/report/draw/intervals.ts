// Values of pairs with their median and its interval, one below the other, as SVG.
import { groupOf } from './chart.js';
import { type Html, html, nothing } from './html.js';
import { type Axis, roundAxis, scale, short, ticks } from './scale.js';

/** A row: its values, and median and interval where there are any. What is infinite lies beyond the picture's end. */
export interface Row {
  name: string;
  /** Median and interval in words. */
  words: string;
  values: readonly number[];
  median: number | null;
  interval: readonly [low: number, high: number] | null;
  /** One of the page's colours. */
  color: number;
  group?: number;
}

const WIDTH = 460;
const ROW = 40;
const [LEFT, RIGHT] = [12, 448];

/** Rows over one axis, with a line where there is no difference. */
export function drawIntervals(title: string, rows: readonly Row[], same: number, log = false): Html {
  const all = rows.flatMap(({ values, interval }) => [...values, ...(interval ?? [])]);
  const axis = roundAxis(
    [same, ...all.filter((value) => Number.isFinite(value) && (!log || value > 0))],
    log,
  );
  const place = scale(axis, [LEFT, RIGHT]);
  const bottom = rows.length * ROW + 6;
  const words = rows.map(({ name, words }) => `${name}: ${words}`).join('. ');
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + 24}" role="img" aria-label="${title}. ${words}.">
${drawAxis(axis, place, bottom)}
<path class="base" d="M${place(same).toFixed(1)},4V${bottom}"/>
${rows.map((row, i) => drawRow(row, place, i * ROW))}
</svg>`;
}

function drawAxis(axis: Axis, place: (value: number) => number, bottom: number): Html {
  const lines = ticks(axis).map((value) => {
    const at = place(value).toFixed(1);
    return html`<path class="grid" d="M${at},4V${bottom}"/><text x="${at}" y="${bottom + 16}" text-anchor="middle">${short(value)}</text>`;
  });
  return html`<g class="axes">${lines}</g>`;
}

function drawRow(row: Row, toX: (value: number) => number, top: number): Html {
  const { name, words, values, median, interval, color, group } = row;
  const y = top + 30;
  const [low, high] = interval?.map((end) => within(toX(end)).toFixed(1)) ?? [];
  const line = interval
    ? html`<path class="line" d="M${low},${y}H${high}m0,-5v10M${low},${y - 5}v10"/>`
    : nothing;
  return html`<g class="series intervals c${color}"${groupOf(group)}>
<text x="${LEFT}" y="${top + 18}">${name}</text><text class="words" x="${RIGHT}" y="${top + 18}" text-anchor="end">${words}</text>
${line}${values.map((value) => sign('pair', toX(value), y, 2.5))}${median === null ? nothing : sign('sign', toX(median), y, 5)}</g>`;
}

/** The nearest place in the picture. */
const within = (x: number) => Math.max(LEFT, Math.min(RIGHT, x));

/** A circle, or of what lies beyond the picture's ends, an arrow that leads there. */
function sign(name: string, x: number, y: number, r: number): Html {
  // The ends are values too.
  if (Math.abs(within(x) - x) < 0.01)
    return html`<circle class="${name}" cx="${x.toFixed(1)}" cy="${y}" r="${r}"/>`;
  const out = x <= LEFT ? -2 * r : 2 * r;
  return html`<path class="${name}" d="M${within(x)},${y - r}l${out},${r}l${-out},${r}z"/>`;
}
