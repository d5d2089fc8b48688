// The components of a mixture, by their colours.
import { type Html, html } from '../../../dist/models/report/draw/html.js';
import { COLOURS } from '../../../dist/models/report/draw/mixture.js';

/** The components with a number of each. */
export function legendOf(numbers: readonly string[]): Html {
  const items = numbers.map(
    (number, k) =>
      html`<li><span class="swatch c${k % COLOURS}"></span>component ${k}: <b>${number}</b></li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
