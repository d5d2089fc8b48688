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

/** A chart whose values are told. */
interface Teller {
  cursor: HTMLElement;
  /** Tells the values of the row nearest to a place in the picture. */
  showAt(place: number): void;
  /** Goes on by rows. */
  goBy(rows: number): void;
  /** Tells the last values again. */
  leave(): void;
}

/** Lets a reader go through the values of a chart. */
export function tellValues(figure: HTMLElement): void {
  const { cursor, showAt, goBy, leave } = tellerOf(figure);
  leave();
  cursor.addEventListener('focus', () => goBy(0));
  cursor.addEventListener('blur', leave);
  cursor.addEventListener('pointerleave', () => document.activeElement !== cursor && leave());
  for (const event of ['pointermove', 'pointerdown'] as const)
    cursor.addEventListener(event, (event) => showAt(placeOf(event, cursor)));
  cursor.addEventListener('keydown', (event) => {
    const by = keys[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    goBy(by);
  });
}

function tellerOf(figure: HTMLElement): Teller {
  const rows = readRows(figure.querySelector('table')!);
  const toX = scale(axisOf((figure.querySelector('.plot svg') as SVGElement).dataset.x!), plot.x);
  const places = rows.map(({ step }) => toX(step));
  const cursor = addCursor(figure, rows.length);
  const tell = toldIn(figure);
  let at = rows.length - 1;
  const goBy = (by: number) => {
    at = Math.max(0, Math.min(rows.length - 1, at + by));
    const [left, right] = plot.x;
    cursor.style.setProperty('--at', `${(100 * (places[at] - left)) / (right - left)}%`);
    cursor.ariaValueNow = String(at + 1);
    cursor.ariaValueText = tell(rows, at);
    cursor.classList.remove('idle');
  };
  const showAt = (place: number) => goBy(nearest(places, place) - at);
  const leave = () => {
    tell(rows, null);
    cursor.classList.add('idle');
  };
  goBy(0);
  return { cursor, showAt, goBy, leave };
}

/** What writes the values at a row, or with null the last ones, into a legend, and returns them in words. */
function toldIn(figure: HTMLElement): (rows: readonly Row[], at: number | null) => string {
  const legend = [...figure.querySelectorAll('.legend b')];
  const names = [...figure.querySelectorAll('thead th')].map((cell) => cell.textContent!);
  const where = document.createElement('li');
  where.className = 'at';
  figure.querySelector('.legend')!.append(where);
  return (rows, at) => {
    const texts = legend.map((_, i) => lastText(rows, at ?? rows.length - 1, i));
    for (const [i, value] of legend.entries()) value.textContent = texts[i];
    where.textContent = at === null ? '' : `${names[0]} ${rows[at].step}`;
    const said = texts.flatMap((text, i) => (isShown(legend[i]) ? [`${names[i + 1]} ${text}`] : []));
    return [where.textContent, ...said].join(', ');
  };
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
function addCursor(figure: HTMLElement, rows: number): HTMLElement {
  const cursor = document.createElement('div');
  cursor.className = 'cursor';
  cursor.tabIndex = 0;
  cursor.role = 'slider';
  cursor.ariaValueMin = '1';
  cursor.ariaValueMax = String(rows);
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

/** Where a pointer is, in the picture's units. */
function placeOf({ clientX }: PointerEvent, cursor: HTMLElement): number {
  const { left, width } = cursor.getBoundingClientRect();
  return plot.x[0] + ((clientX - left) / width) * (plot.x[1] - plot.x[0]);
}

function nearest(places: readonly number[], place: number): number {
  const far = places.map((one) => Math.abs(one - place));
  return far.indexOf(Math.min(...far));
}
