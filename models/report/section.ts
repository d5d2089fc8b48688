// The parts of a page.
import { groupOf } from './draw/chart.js';
import { type Html, html } from './draw/html.js';

/** A part of a page under a heading, with a sentence on what it shows. */
export function section(title: string, about: Html | string, content: Html): Html {
  return html`<section><h2>${title}</h2>
<p class="about">${about}</p>
${content}
</section>`;
}

/** A part of a page of which nothing was recorded, and why. */
export function missing(title: string, why: string): Html {
  return html`<section class="missing"><h2>${title}</h2><p class="about">${why}</p></section>`;
}

/** Names and values. */
export function facts(rows: object): Html {
  const lines = Object.entries(rows).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${String(value ?? '–')}</dd></div>`,
  );
  return html`<dl class="facts">${lines}</dl>`;
}

/** How many layers a page shows: more lines in a picture are not read. */
const SHOWN = 8;

/** These names, or where they are many some of them, evenly from the first to the last. */
export function spread(names: readonly string[]): string[] {
  if (names.length <= SHOWN) return [...names];
  return Array.from({ length: SHOWN }, (_, i) => names[Math.round((i * (names.length - 1)) / (SHOWN - 1))]);
}

/** What is said where `spread` left some out. */
export function spreadNote(names: readonly string[]): string {
  return names.length > SHOWN
    ? ` Of ${names.length} layers ${SHOWN} are shown, evenly from the first to the last.`
    : '';
}

/** A row of a table, shown and hidden with its group. */
export interface TableRow {
  cells: readonly (string | Html)[];
  group?: number;
}

/** A table with a name, whose first column names the rows. */
export function table(name: string, head: readonly string[], rows: readonly TableRow[]): Html {
  const lines = rows.map(
    ({ cells: [first, ...cells], group }) =>
      html`<tr${groupOf(group)}><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<div class="results" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${lines}</tbody></table></div>`;
}
