// How tensors and operations look in the graph.
import { type Html, html, nothing } from '../../../../dist/models/report/draw/html.js';
import { short } from '../../../../dist/models/report/draw/scale.js';
import type { Look } from '../../../../dist/models/tape/look.js';
import { brief } from '../../../../dist/models/tape/moments.js';
import type { Given, SeenRecord, SeenTensor } from '../../../../dist/models/tape/watch.js';

export interface Size {
  width: number;
  height: number;
}

/** Values up to which a card has them as numbers. */
const FEW = 3;
/** Width of a letter, about. */
const LETTER = 7;
const WIDEST = 200;
/** The two pictures of a card of many values. */
const MAP = { width: 76, height: 44, top: 26, gap: 12, left: 10 };

const isSmall = ({ values, picture }: Look) =>
  picture.length === 0 || (values !== null && values.length <= FEW);

/** A text that fits. */
const fitted = (text: string, width: number) => {
  const most = Math.floor((width - 16) / LETTER);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
};

const shapeOf = ({ shape }: Look) => `[${shape.join(', ')}]`;

/** The size of a tensor's card; one that is used several times has room for a sum. */
export function tensorSize({ name, look }: SeenTensor, uses: number): Size {
  const title = `${name} ${shapeOf(look)}`.length * LETTER + 24;
  if (!isSmall(look))
    return { width: Math.max(2 * MAP.width + MAP.gap + 2 * MAP.left, Math.min(title, WIDEST)), height: 92 };
  const values = `value ${brief(look, 3)}`.length * LETTER + 24;
  return { width: Math.min(Math.max(title, values, uses > 1 ? 160 : 116), WIDEST), height: 64 };
}

/** A tensor without its gradient. */
export function drawTensor(tensor: SeenTensor, { width, height }: Size): Html {
  const { name, look } = tensor;
  const title = fitted(name, width - shapeOf(look).length * LETTER);
  const head = html`<rect class="box" width="${width}" height="${height}" rx="6"/>
<text x="10" y="18"><tspan class="name">${title}</tspan> ${shapeOf(look)}</text>`;
  if (isSmall(look))
    return html`${head}<text class="value" x="10" y="36">${row('value', look, width)}</text>`;
  return html`${head}${drawMap(look, MAP.left, 'value')}`;
}

/** The gradient on a tensor's card; a number that has just been added to is shown with its parts. */
export function drawGradient(look: Look | undefined, given: readonly Given[], { width }: Size): Html {
  if (!look) return nothing;
  if (!isSmall(look)) return drawMap(look, MAP.left + MAP.width + MAP.gap, 'gradient');
  const parts = given.length > 0 ? [given[0].before, ...given.map(({ gradient }) => gradient)] : [];
  const terms = parts.flatMap((part) => (part?.values?.length === 1 ? brief(part, 3) : []));
  const sum = terms.length > 1 ? ` = ${terms.join(' + ')}` : '';
  return html`<text class="gradient" x="10" y="54">${fitted(`grad ${brief(look, 3)}${sum}`, width)}</text>`;
}

const row = (title: string, look: Look, width: number) => fitted(`${title} ${brief(look, 3)}`, width);

/** Values as cells: their colour is their sign, their strength the size. */
export function drawMap({ picture, least, most }: Look, left: number, kind: string, size: Size = MAP): Html {
  const [rows, columns] = [picture.length, picture[0].length];
  const largest = Math.max(...picture.flat().map(Math.abs).filter(Number.isFinite), Number.MIN_VALUE);
  const [width, height] = [size.width / columns, size.height / rows];
  const cells = picture.flatMap((line, y) =>
    line.map((value, x) => {
      const [sign, strength] = Number.isFinite(value)
        ? [value < 0 ? 'negative' : 'positive', Math.abs(value) / largest]
        : ['odd', 1];
      return html`<rect class="${sign}" x="${left + x * width}" y="${MAP.top + y * height}" width="${width}" height="${height}" fill-opacity="${strength.toFixed(3)}"/>`;
    }),
  );
  const below = MAP.top + size.height;
  return html`<g class="map ${kind}">${cells}<rect class="frame" x="${left}" y="${MAP.top}" width="${size.width}" height="${size.height}"/>
<text x="${left}" y="${below + 14}">${short(least, 2)} … ${short(most, 2)}</text></g>`;
}

export function recordSize(record: SeenRecord): Size {
  const options = optionsOf(record);
  const width = Math.max(record.op.length * 8 + 26, Math.min(options.length * LETTER + 20, 150), 56);
  return { width, height: options ? 44 : 30 };
}

const optionsOf = ({ options }: SeenRecord) => options.map((each) => each.join(' ')).join(', ');

export function drawRecord(record: SeenRecord, { width, height }: Size): Html {
  const options = optionsOf(record);
  const below = options
    ? html`<text class="options" x="${width / 2}" y="34">${fitted(options, width + 8)}</text>`
    : nothing;
  return html`<rect class="box" width="${width}" height="${height}" rx="15"/>
<text class="op" x="${width / 2}" y="${options ? 18 : 20}">${record.op}</text>${below}`;
}
