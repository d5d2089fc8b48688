// A picture with its title, its legend, which tells values, and the table of all values.
import { type Chart, draw, groupOf, key, type Point, type Series } from './draw/chart.js';
import { type Html, html, nothing } from './draw/html.js';
import { short } from './draw/scale.js';

/** Points in a curve: more are averaged. */
const POINTS = 200;

/** Neighbours averaged, so that a long run is still a readable curve. Ranges are kept whole. */
export function averaged(points: readonly Point[], most = POINTS): Point[] {
  const length = Math.ceil(points.length / most);
  const groups = Array.from({ length: Math.ceil(points.length / length) || 0 }, (_, i) =>
    points.slice(i * length, (i + 1) * length),
  );
  return groups.map((group) => {
    const y = group.reduce((sum, point) => sum + point.y, 0) / group.length;
    const { x, low } = group[group.length - 1];
    if (low === undefined) return { x, y };
    return {
      ...{ x, y },
      low: Math.min(...group.map((point) => point.low!)),
      high: Math.max(...group.map((point) => point.high!)),
    };
  });
}

/** A figure; empty where no series has a value. */
export function figure(chart: Chart, note: Html | string = ''): Html {
  if (chart.series.every(({ points }) => points.length === 0)) return nothing;
  const { title, series, unit = '', x = 'step' } = chart;
  return html`<figure class="chart">
<figcaption>${title}${note === '' ? nothing : html`<span class="note">${note}</span>`}</figcaption>
<ul class="legend">${series.map((one) => legend(one, unit))}</ul>
<div class="plot">${draw(chart)}</div>
<details><summary>Values<span class="of"> of ${title}</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="Values of ${title}"><table>
<thead><tr><th scope="col">${x}</th>${series.map(
    ({ name, group }) => html`<th scope="col"${groupOf(group)}>${name}</th>`,
  )}</tr></thead>
<tbody>${rows(series, unit)}</tbody></table></div></details>
</figure>`;
}

/** A line of the legend, with the last value. */
function legend(series: Series, unit: string): Html {
  const last = series.points.at(-1);
  const value = last ? cell(last, unit) : '–';
  return html`<li${groupOf(series.group)}>${key(series)}${series.name} <b>${value}</b></li>`;
}

function rows(series: readonly Series[], unit: string): Html[] {
  const found = series.map(({ points }) => new Map(points.map((point) => [point.x, point])));
  const steps = [...new Set(found.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  return steps.map((step) => {
    const cells = found.map((points, i) => {
      const point = points.get(step);
      return html`<td${groupOf(series[i].group)}>${point ? cell(point, unit) : ''}</td>`;
    });
    return html`<tr><th scope="row">${short(step)}</th>${cells}</tr>`;
  });
}

/** A value, with its range where it has one. */
function cell({ y, low, high }: Point, unit: string): string {
  const range = low === undefined || high === undefined ? '' : ` [${short(low)}, ${short(high)}]`;
  return `${short(y)}${unit}${range}`;
}

/** Figures side by side; empty where all are. */
export function figures(all: readonly Html[]): Html {
  const some = all.filter((one) => one !== nothing);
  return some.length === 0 ? nothing : html`<div class="charts">${some}</div>`;
}
