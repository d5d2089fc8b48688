// What all pages of the site have in common: their head, and the navigation.
import { existsSync } from 'node:fs';
import { html } from '../../../dist/models/report/draw/html.js';
import { between } from './addresses.js';

/** The places of the site: a page, and the beginning of the addresses that belong to it. Those without a page yet are left out. */
export const places = [
  { title: 'mixgrad', page: 'index.html' },
  ...[
    {
      ...{ title: 'Laboratory', page: 'lab.html' },
      says: 'Two networks train side by side in this browser, one with each normalization.',
    },
    {
      ...{ title: 'Bench', page: 'bench.html' },
      says: 'Move the samples of one channel about, and see what both normalizations make of them, and of their gradients.',
    },
    {
      ...{ title: 'Tape', page: 'tape.html' },
      says: 'Write a small program and see its tape: values, gradients, and backward step by step.',
    },
  ].filter(({ page }) => existsSync(new URL(`../${page}`, import.meta.url))),
  {
    ...{ title: 'Course', page: 'course/index.html', folder: 'course/' },
    says: 'Twelve short chapters with a program each, from a tape for numbers to mixture normalization.',
  },
  {
    ...{ title: 'API', page: 'api/index.html', folder: 'api/' },
    says: 'Everything public. Names and defaults follow PyTorch, in camel case.',
  },
  {
    ...{ title: 'Results', page: 'results/index.html', folder: 'results/' },
    says: 'Measurements, a page a question, each beside the command that printed it.',
  },
  {
    ...{ title: 'Docs', page: 'docs/index.html', folder: 'docs/' },
    says: 'The manual, how the parts work, and how to add one.',
  },
];

/** How a place is marked on a page: as this page, or as what the page belongs to. */
function mark({ page, folder }, address) {
  if (page === address) return html` aria-current="page"`;
  return folder && address.startsWith(folder) ? html` aria-current="true"` : '';
}

/** The header of the page at an address. */
export function header(address) {
  const items = places.map(
    (place) =>
      html`<li><a href="${between(address, place.page)}"${mark(place, address)}>${place.title}</a></li>`,
  );
  return html`<a class="skip" href="#main">Skip to the content</a>
<header class="site"><nav aria-label="Site"><ul>${items}</ul></nav></header>`;
}

/**
 * A whole page. `script` is the program of src/ that it runs. The header is put into it as into every other.
 */
export function page({ title, script, main }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === 'mixgrad' ? title : `${title} – mixgrad`}</title>
<link rel="icon" href="data:,">
<script type="module" src="/src/${script}.ts"></script>
</head>
<body>
<main>${main}</main>
</body>
</html>
`.text;
}
