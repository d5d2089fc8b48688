// What is known of one node: all of it, where the graph has no room.
import { type Html, html, nothing } from '../../../../dist/models/report/draw/html.js';
import { short } from '../../../../dist/models/report/draw/scale.js';
import type { Look } from '../../../../dist/models/tape/look.js';
import { brief, callOf, type Moment } from '../../../../dist/models/tape/moments.js';
import type { SeenRecord, Walk } from '../../../../dist/models/tape/watch.js';
import { describeRule } from '../../../../dist/models/tape/words.js';
import { drawMap } from './cards.js';
import type { Key } from './graph.js';

const shapeOf = ({ shape }: Look) => `[${shape.join(', ')}]`;
const lineButton = (line: number) =>
  line ? html` <button type="button" class="line-link" data-line="${line}">line ${line}</button>` : nothing;

/** A node's details as markup. */
export function drawDetails(walk: Walk, key: Key, moment: Moment): Html {
  const number = Number(key.slice(1));
  if (key.startsWith('t')) return drawTensor(walk, number, moment);
  return drawRecord(walk, walk.records.find((each) => each.number === number)!, moment);
}

const kinds = {
  parameter: 'a leaf that requires a gradient',
  constant: 'a leaf without a gradient',
  result: 'the output of a record',
} as const;

function drawTensor(walk: Walk, id: number, { gradients }: Moment): Html {
  const { kind, name, look, origin } = walk.tensors[id];
  const made = origin
    ? html`, made by ${origin.op}${kind === 'constant' ? ' off the tape' : ''}${lineButton(origin.line)}`
    : nothing;
  const gradient = gradients.get(id);
  const missing = kind === 'constant' ? 'no gradient: it is a constant' : 'no gradient has come yet';
  return html`<h3>${name || callOf(walk, id)} ${shapeOf(look)}</h3><p>${kinds[kind]}${made}</p>
<div class="looks">${drawLook(look, 'value')}${gradient ? drawLook(gradient, 'gradient') : html`<p class="hint">${missing}</p>`}</div>`;
}

function drawLook(look: Look, title: string): Html {
  const { values, least, most, mean, notFinite } = look;
  if (values && values.length === 0) return html`<p>${title}: released before the walk</p>`;
  const odd = notFinite > 0 ? html`, ${notFinite} not finite` : nothing;
  const facts = html`<p class="hint">least ${short(least)}, most ${short(most)}, mean ${short(mean)}${odd}</p>`;
  if (!values) {
    const size = { width: 320, height: 180 };
    return html`<figure><figcaption>${title}, means of parts</figcaption>
<svg viewBox="0 20 320 200" class="large" role="img" aria-label="${title}: ${brief(look)}">${drawMap(look, 0, title, size)}</svg>${facts}</figure>`;
  }
  const columns = look.shape.at(-1) ?? 1;
  const rows = Array.from({ length: values.length / columns }, (_, i) =>
    values.slice(i * columns, (i + 1) * columns),
  );
  return html`<div class="look"><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table data-look="${title}"><caption>${title}</caption>
<tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${Object.is(value, -0) ? '-0' : value}</td>`)}</tr>`)}</tbody></table></div>${values.length > 1 ? facts : nothing}</div>`;
}

function drawRecord(walk: Walk, record: SeenRecord, { given, record: current }: Moment): Html {
  const inputs = record.inputs.map(({ tensor, name }) => ({ name, shape: walk.tensors[tensor].look.shape }));
  const { look } = walk.tensors[record.output];
  const options = record.options.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const rows = record.inputs.map(
    ({ tensor, name, carries }) =>
      html`<li>${name}: ${callOf(walk, tensor)} ${shapeOf(walk.tensors[tensor].look)}${carries ? '' : ', no gradient'}</li>`,
  );
  const gave = given.map(
    ({ name, gradient, before, total }) =>
      html`<li>to ${name}: ${brief(gradient)}${before ? `; with what had come, ${brief(before)}, that is ${brief(total)}` : ''}</li>`,
  );
  return html`<h3>${record.op}, record ${record.number}</h3>
<p>gives ${callOf(walk, record.output)} ${shapeOf(look)}${record.line ? html`, called in${lineButton(record.line)}` : nothing}</p>
<p>${describeRule({ op: record.op, inputs, output: look.shape })}</p>
<ul>${rows}</ul>${options.length > 0 ? html`<dl class="facts">${options}</dl>` : nothing}
${record.number === current ? html`<p>What its rule has just given:</p><ul>${gave}</ul>` : nothing}`;
}

/** The records of a walk as the items of a list, for reading in order. */
export function drawList(walk: Walk, { gradients, record: current, done }: Moment): Html {
  const items = walk.records.map((record) => {
    const { number, op, inputs, output, line } = record;
    const names = inputs.map(({ tensor }) => callOf(walk, tensor)).join(', ');
    const [value, gradient] = [walk.tensors[output].look, gradients.get(output)];
    const came = gradient ? `; its gradient is ${brief(gradient)}` : '';
    const ran = done.has(number) ? `; its rule has ${number === current ? 'just ' : ''}run` : '';
    const at = line ? ` (line ${line})` : '';
    const step = number === current ? html` aria-current="step"` : nothing;
    return html`<li value="${number}"${step}>${op} of ${names}${at} gives ${callOf(walk, output)} ${shapeOf(value)}: ${brief(value)}${came}${ran}</li>`;
  });
  return html`${items}`;
}
