// The API site: it builds without a warning, and every link in it leads to a file and a place that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';
import { spawnSync } from '../processes.js';

const SITE = 'dist/docs';

/** The files of a folder and those below it. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Links of a page within the site: the file, and the place in it or ''. */
function linksOf(page: string, html: string): [file: string, place: string][] {
  const found = html.matchAll(/(?:href|src)="(?![a-z]+:)([^"#]*)(?:#([^"]*))?"/g);
  return Array.from(found, ([, path, place = '']) => [
    path === '' ? page : join(dirname(page), decodeURIComponent(path)),
    decodeURIComponent(place),
  ]);
}

t.test('npm run docs makes a site whose links all lead somewhere', async (t) => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'docs'], { encoding: 'utf8' });
  t.equal(status, 0, stdout + stderr);
  const pages = filesIn(SITE).filter((path) => path.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]));
  const ids = new Map(
    [...texts].map(([page, html]) => [
      page,
      new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id)),
    ]),
  );
  const broken = new Set<string>();
  let links = 0;
  for (const [page, html] of texts) {
    for (const [file, place] of linksOf(page, html)) {
      links++;
      const there = existsSync(file) && (place === '' || !ids.has(file) || ids.get(file)!.has(place));
      if (!there) broken.add(`${relative(SITE, page)}: ${relative(SITE, file)}#${place}`);
    }
  }
  t.same([...broken], []);
  t.ok(links > 1000, `${links} links`);
  for (const page of [
    'index.html',
    'functions/index.crossEntropy.html',
    'classes/index.MixtureNorm2d.html',
    'documents/tape.html',
  ])
    t.ok(texts.has(join(SITE, page)), page);
});
