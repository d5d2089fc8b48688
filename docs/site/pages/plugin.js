// Makes pages of the site from the repository's Markdown, as if there were an HTML file for each, and puts the header into all pages.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { Html, html } from '../../../dist/models/report/draw/html.js';
import { addressOf, between, chapters, ROOT, sources, targetOf, textOf, titleOf } from './addresses.js';
import { chapter } from './chapter.js';
import { header, page } from './frame.js';
import { home } from './home.js';
import { read } from './markdown.js';

const SITE = fileURLToPath(new URL('../', import.meta.url));

const HOME = `${SITE}index.html`;
/** From the place of a page, as Vite sees it, to its source. */
const pages = new Map(sources.map((source) => [SITE + addressOf(source), source]));

/** What is on a page, where that is much. */
function contents(headings) {
  const shown = headings.filter(({ level }) => level === 2);
  if (shown.length < 4) return html``;
  return html`<nav class="contents" aria-label="On this page"><ul>
${shown.map(({ title, id }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>`;
}

/** The main part of a page to read: its title, what is on it, and its text. */
function prose({ headings, tokens, render }) {
  const end = tokens.findIndex(({ type }) => type === 'heading_close') + 1;
  return html`<div class="page">${new Html(render(0, end))}${contents(headings)}
<div class="text">${new Html(render(end))}</div></div>`;
}

/** How the links and images of a page are found on the site. `take` hears of files that are no pages. */
function addressesOf(source, take) {
  const address = addressOf(source);
  const fileOf = (href) => {
    const target = targetOf(source, href);
    if (target && !statSync(ROOT + target.file, { throwIfNoEntry: false })?.isFile())
      throw new Error(`${source}: there is no file ${target.file}`);
    return target;
  };
  return {
    linkOf(href) {
      if (chapters.includes(source) && href === 'program.js') return '#program';
      const target = fileOf(href);
      if (!target) return href;
      if (target.file === source) return target.place;
      if (!sources.includes(target.file)) take(target.file);
      return between(address, addressOf(target.file)) + target.place;
    },
    titleOf: (href) => titleOf(fileOf(href).file),
    imageOf: (src) => relative(dirname(SITE + address), join(dirname(ROOT + source), src)),
  };
}

function make(source, take) {
  const content = read(textOf(source), addressesOf(source, take));
  const title = titleOf(source);
  if (chapters.includes(source)) return page({ title, script: 'program', main: chapter(source, content) });
  return page({ title, script: 'page', main: prose(content) });
}

/** The pages that are made here, as Vite's inputs. */
export const inputs = [HOME, ...pages.keys()];

/** @returns {import('vite').Plugin} */
export function fromMarkdown() {
  return {
    name: 'from-markdown',
    resolveId: (id) => (inputs.includes(id) ? id : null),
    load(id) {
      if (id === HOME) return home();
      const source = pages.get(id);
      if (!source) return null;
      this.addWatchFile(ROOT + source);
      return make(source, (file) =>
        this.emitFile({ type: 'asset', fileName: addressOf(file), source: readFileSync(ROOT + file) }),
      );
    },
  };
}

/** @returns {import('vite').Plugin} */
export function withHeader() {
  return {
    name: 'with-header',
    transformIndexHtml: {
      order: 'pre',
      handler: (text, { filename }) =>
        text
          .replace('<body>', `<body>${header(relative(SITE, filename)).text}`)
          .replace('<main>', '<main id="main">'),
    },
  };
}
