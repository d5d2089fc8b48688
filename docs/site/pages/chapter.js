// A chapter of the course: its page, with its program to run and to change before it says what that prints.
import { readFileSync } from 'node:fs';
import { Html, html } from '../../../dist/models/report/draw/html.js';
import { addressOf, between, chapters, ROOT, titleOf } from './addresses.js';
import { beside, editor } from './program.js';

const programOf = (source) => readFileSync(ROOT + source.replace('README.md', 'program.js'), 'utf8');

/** Links to the chapters before and after. */
function neighbours(source) {
  const i = chapters.indexOf(source);
  const link = (other, rel, words) =>
    other
      ? html`<a rel="${rel}" href="${between(addressOf(source), addressOf(other))}">${words(titleOf(other))}</a>`
      : html`<span></span>`;
  return html`<nav class="neighbours" aria-label="Chapters">
${link(chapters[i - 1], 'prev', (title) => `← ${title}`)}${link(chapters[i + 1], 'next', (title) => `${title} →`)}</nav>`;
}

/** The main part of a chapter's page. */
export function chapter(source, { tokens, render }) {
  const heading = tokens.findIndex(({ content }) => content === 'What the program prints') - 1;
  const fence = tokens.findIndex(({ type }, i) => i > heading && type === 'fence');
  if (heading < 0 || fence < 0) throw new Error(`${source} does not say what its program prints`);
  const part = (from, to) => new Html(render(from, to));
  return html`<div class="lesson">${part(0, heading)}
<h2 id="program">The program</h2>
<p>It runs in this page. Change it as you like.</p>
${editor(programOf(source))}
${part(heading, fence)}${beside(part(fence, fence + 1))}${part(fence + 1)}${neighbours(source)}</div>`;
}
