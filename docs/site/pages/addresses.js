// Which files of the repository are pages of the site, and where: README.md and docs/**/*.md.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Every Markdown file that is a page, as a path in the repository. */
export const sources = [
  'README.md',
  ...['docs', 'docs/course', 'docs/results'].flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: folder !== 'docs' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** Folders that are places of the site by themselves. */
const OWN = /^docs\/(course|results)\b\/?/;

/** Where a file of the repository is in the site. Sources are texts there, since few browsers show them otherwise. */
export function addressOf(source) {
  if (source === 'README.md') return 'docs/index.html';
  if (!source.startsWith('docs/')) return `source/${source}.txt`;
  const own = OWN.test(source) ? source.slice('docs/'.length) : source;
  return own.replace(/(?:(?<=^\w+)|\/README)\.md$/, '/index.html').replace(/\.md$/, '.html');
}

/** The chapters of the course, in their order, as paths in the repository. */
export const chapters = sources.filter((source) => /^docs\/course\/[^/]+\/README\.md$/.test(source)).sort();

/** The file that a link in a page leads to, and the place in it; null for a link that leads out of the repository. */
export function targetOf(source, href) {
  if (/^[a-z]+:/.test(href)) return null;
  const [path, place] = href.split('#');
  const file = path === '' ? source : join(dirname(source), path);
  return { file, place: place === undefined ? '' : `#${place}` };
}

/** A link from one address to another. */
export const between = (from, to) => relative(dirname(from), to);

/** The text of a page. What a program printed has no title of its own, and gets its name. */
export function textOf(source) {
  const text = readFileSync(ROOT + source, 'utf8');
  return /^# /m.test(text) ? text : `# ${source}\n\n${text}`;
}

/** The title of a page. */
export const titleOf = (source) => (source === 'README.md' ? 'Manual' : /^# (.*)$/m.exec(textOf(source))[1]);
