// Makes pages of the site from the repository's Markdown, as if there were an HTML file for each, and puts the header into all pages.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { Html, html } from '../../../dist/models/report/draw/html.js';
import { addressOf, between, chapters, ROOT, sources, targetOf } from './addresses.js';
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

/** Makes a page. `take` hears of files that it leads to and that are no pages. */
function make(source, take) {
  const address = addressOf(source);
  const linkOf = (href) => {
    const target = targetOf(source, href);
    if (!target) return href;
    if (!existsSync(ROOT + target.file)) throw new Error(`${source}: there is no ${target.file}`);
    if (chapters.includes(source) && href === 'program.js') return '#program';
    if (statSync(ROOT + target.file).isDirectory()) throw new Error(`${source}: ${href} is a folder`);
    if (!sources.includes(target.file)) take(target.file);
    return target.file === source ? target.place : between(address, addressOf(target.file)) + target.place;
  };
  const imageOf = (src) => relative(dirname(SITE + address), join(dirname(ROOT + source), src));
  const text = readFileSync(ROOT + source, 'utf8');
  // what a program printed has no title of its own
  const content = read(/^# /m.test(text) ? text : `# ${source}\n\n${text}`, { linkOf, imageOf });
  if (chapters.includes(source))
    return page({ title: content.title, script: 'program', main: chapter(source, content) });
  const prose = html`<div class="page">${contents(content.headings)}<div class="text">${new Html(content.render())}</div></div>`;
  return page({ title: content.title, script: 'page', main: prose });
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

/**
 * Puts the package's build for pages beside them, for programs that are written there: 'mixgrad?url' is its address.
 * @returns {import('vite').Plugin}
 */
export function withLibrary() {
  const [name, folder] = ['mixgrad?url', `${ROOT}dist/browser/`];
  return {
    name: 'with-library',
    enforce: 'pre',
    resolveId: (id) => (id === name ? id : null),
    load(id) {
      if (id !== name) return null;
      const scripts = readdirSync(folder).filter((file) => file.endsWith('.js'));
      const [index] = scripts
        .sort((a) => (a === 'index.js' ? -1 : 1))
        .map((file) =>
          this.emitFile({ type: 'asset', fileName: `mixgrad/${file}`, source: readFileSync(folder + file) }),
        );
      return `export default import.meta.ROLLUP_FILE_URL_${index};`;
    },
  };
}
