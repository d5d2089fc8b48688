// A program in a page, to change and to run: src/program.ts makes it work.
import { html } from '../../../dist/models/report/draw/html.js';

/** The program with its buttons. */
export function editor(program) {
  return html`<div id="code" class="editor"><pre>${program}</pre></div>
<div class="buttons">
<button id="run" class="first" type="button" aria-keyshortcuts="Control+Enter">Run</button>
<button id="stop" type="button" disabled>Stop</button>
<button id="reset" type="button">Reset</button>
<span class="hint">Ctrl+Enter runs it.</span>
<span id="state" role="status"></span>
</div>
<p id="alert" role="alert"></p>`;
}

/** What the page says that the program prints, beside what it does print. */
export function beside(printed) {
  return html`<div class="beside">
<figure><figcaption>as the page has it</figcaption>${printed}</figure>
<figure><figcaption id="own">as it runs here</figcaption><output id="printed" for="code" tabindex="0" aria-labelledby="own"></output></figure>
</div>`;
}
