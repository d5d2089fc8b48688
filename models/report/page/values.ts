// The values of a chart at a step, for the mouse, fingers and keys: the legend tells them. They come from the chart's table.
import { plot, size } from '../draw/chart.js';
import { type Axis, scale } from '../draw/scale.js';

/** A row of the table: its step, and a text for each series, where there is one. */
interface Row {
  step: number;
  texts: string[];
}

/** How many rows each key goes on by; ends are reached from anywhere. */
const keys: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
  Home: -Infinity,
  End: Infinity,
};

/** Lets a reader go through the values of a chart. */
export function tellValues(figure: HTMLElement): void {
  const rows = readRows(figure.querySelector('table')!);
  const { x } = (figure.querySelector('.plot svg') as SVGElement).dataset;
  const toX = scale(axisOf(x!), plot.x);
  const places = rows.map(({ step }) => toX(step));
  const cursor = addCursor(figure);
  const legend = [...figure.querySelectorAll('.legend b')];
  const names = [...figure.querySelectorAll('thead th')].map((cell) => cell.textContent!);
  const idle = legend.map((value) => value.textContent!);
  const where = addWhere(figure);
  let at = rows.length - 1;

  const show = (index: number) => {
    at = Math.max(0, Math.min(rows.length - 1, index));
    const texts = legend.map((_, i) => lastText(rows, at, i));
    tell(texts);
    const step = `${names[0]} ${rows[at].step}`;
    where.textContent = step;
    cursor.classList.remove('idle');
    const [left, right] = plot.x;
    cursor.style.setProperty('--at', `${(100 * (places[at] - left)) / (right - left)}%`);
    cursor.ariaValueNow = String(at + 1);
    const said = texts.flatMap((text, i) => (isShown(legend[i]) ? [`${names[i + 1]} ${text}`] : []));
    cursor.ariaValueText = [step, ...said].join(', ');
  };
  const tell = (texts: readonly string[]) => {
    for (const [i, value] of legend.entries()) value.textContent = texts[i];
  };
  const leave = () => {
    tell(idle);
    where.textContent = '';
    cursor.classList.add('idle');
  };

  cursor.ariaValueMin = '1';
  cursor.ariaValueMax = String(rows.length);
  show(at);
  leave();
  cursor.addEventListener('focus', () => show(at));
  cursor.addEventListener('blur', leave);
  cursor.addEventListener('pointerleave', () => document.activeElement !== cursor && leave());
  cursor.addEventListener('pointermove', (event) => show(nearest(places, placeOf(event, cursor))));
  cursor.addEventListener('pointerdown', (event) => show(nearest(places, placeOf(event, cursor))));
  cursor.addEventListener('keydown', (event) => {
    const by = keys[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(at + by);
  });
}

function readRows(table: HTMLTableElement): Row[] {
  return [...table.tBodies[0].rows].map(({ cells: [step, ...values] }) => ({
    step: Number(step.textContent),
    texts: values.map((cell) => cell.textContent!),
  }));
}

const isShown = (value: Element) => !value.closest('.off');

/** The last text of a series up to a row. */
function lastText(rows: readonly Row[], index: number, series: number): string {
  for (let i = index; i >= 0; i--) if (rows[i].texts[series]) return rows[i].texts[series];
  return '–';
}

/** An axis as a picture has it: '0 100' or '0.1 10 log'. */
function axisOf(text: string): Axis {
  const [low, high, log] = text.split(' ');
  return { domain: [Number(low), Number(high)], log: log === 'log' };
}

/** A slider over the part of a picture that has the values. */
function addCursor(figure: HTMLElement): HTMLElement {
  const cursor = document.createElement('div');
  cursor.className = 'cursor';
  cursor.tabIndex = 0;
  cursor.role = 'slider';
  cursor.ariaLabel = figure.querySelector('figcaption')!.firstChild!.textContent;
  const percent = (from: number, to: number, whole: number) => [
    `${(100 * from) / whole}%`,
    `${(100 * (to - from)) / whole}%`,
  ];
  const [left, width] = percent(...plot.x, size.width);
  const [top, height] = percent(plot.y[1], plot.y[0], size.height);
  Object.assign(cursor.style, { left, width, top, height });
  figure.querySelector('.plot')!.append(cursor);
  return cursor;
}

/** Where the legend is told what step its values are of. */
function addWhere(figure: HTMLElement): HTMLElement {
  const where = document.createElement('li');
  where.className = 'at';
  figure.querySelector('.legend')!.append(where);
  return where;
}

/** Where a pointer is, in the picture's units. */
function placeOf({ clientX }: PointerEvent, cursor: HTMLElement): number {
  const { left, width } = cursor.getBoundingClientRect();
  return plot.x[0] + ((clientX - left) / width) * (plot.x[1] - plot.x[0]);
}

function nearest(places: readonly number[], place: number): number {
  const far = places.map((one) => Math.abs(one - place));
  return far.indexOf(Math.min(...far));
}
