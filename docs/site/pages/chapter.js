// A chapter of the course: its page, with its program to run and to change where it says what that prints.
import { readFileSync } from 'node:fs';
import { Html, html } from '../../../dist/models/report/draw/html.js';
import { addressOf, between, chapters, ROOT } from './addresses.js';

const programOf = (source) => readFileSync(ROOT + source.replace('README.md', 'program.js'), 'utf8');
const titleOf = (source) => /^# (.*)$/m.exec(readFileSync(ROOT + source, 'utf8'))[1];

/** The program, to change and to run. */
function editor(program) {
  const rows = program.split('\n').length;
  return html`<section aria-labelledby="program">
<h2 id="program">The program</h2>
<p class="about">It runs in this page, with mixgrad's own build for pages. Change it as you like.</p>
<textarea id="code" aria-label="The program" rows="${rows}" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off">
${program}</textarea>
<div class="buttons">
<button id="run" type="button" aria-keyshortcuts="Control+Enter">Run</button>
<button id="stop" type="button" disabled>Stop</button>
<button id="reset" type="button">Reset</button>
<span class="hint">Ctrl+Enter runs it</span>
</div>
<p id="state" role="status"></p>
<p id="alert" role="alert"></p>
</section>`;
}

/** What the program printed beside what the page says. */
function beside(printed) {
  return html`<div class="beside">
<figure><figcaption>the page</figcaption>${printed}</figure>
<figure><figcaption id="own">the program, here</figcaption><output id="printed" for="code" tabindex="0" aria-labelledby="own">not run yet</output></figure>
</div>`;
}

/** Links to the chapters before and after. */
function neighbours(source) {
  const i = chapters.indexOf(source);
  const link = (other, rel, arrow) =>
    other
      ? html`<a rel="${rel}" href="${between(addressOf(source), addressOf(other))}">${arrow(titleOf(other))}</a>`
      : html`<span></span>`;
  return html`<nav class="neighbours" aria-label="Chapters">
${link(chapters[i - 1], 'prev', (title) => `← ${title}`)}${link(chapters[i + 1], 'next', (title) => `${title} →`)}</nav>`;
}

/** The main part of a chapter's page. */
export function chapter(source, { tokens, render }) {
  const heading = tokens.findIndex(({ content }) => content === 'What the program prints') - 1;
  const fence = tokens.findIndex(({ type }, i) => i > heading && type === 'fence');
  if (heading < 0 || fence < 0) throw new Error('the page does not say what its program prints');
  const part = (from, to) => new Html(render(from, to));
  return html`<div class="lesson">${part(0, heading)}${editor(programOf(source))}
${part(heading, fence)}${beside(part(fence, fence + 1))}${part(fence + 1)}${neighbours(source)}</div>`;
}
