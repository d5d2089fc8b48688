// The parts of a page.
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
