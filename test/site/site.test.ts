// The whole site: its links, every page in headless Chromium, and the programs that its pages run.
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { launch, noChromium, overflow, violations } from '../models/report/pages.js';
import { type Site, serve } from '../package/site.js';
import { isolated, listen, PATIENCE, SITE } from './built.js';

/** Pages of every kind. */
const KINDS = [
  'index.html',
  'course/index.html',
  'course/09-mixtures-and-em/index.html',
  'bench.html',
  'tape.html',
  'results/gan.html',
  'docs/index.html',
  'api/classes/MixtureNorm2d.html',
];
/** What typedoc's pages have of their own: links within what folds up, and headings that pass over a level. */
const TYPEDOC = /nested-interactive|heading-order/;

const files = readdirSync(SITE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => relative(SITE, join(parentPath, name)));
const pages = files.filter((file) => file.endsWith('.html'));
const isApi = (page: string) => page.startsWith('api/');

/** Links of a page within the site: the file, and the place in it or ''. */
function linksOf(page: string, html: string): [file: string, place: string][] {
  const found = html.matchAll(/(?:href|src)="(?![a-z]+:)([^"#]*)(?:#([^"]*))?"/g);
  return Array.from(found, ([, path, place = '']) => [
    path === '' ? page : join(dirname(page), decodeURIComponent(path)),
    decodeURIComponent(place),
  ]);
}

t.test('every link leads to a file and a place that are there', async (t) => {
  const texts = new Map(pages.map((page) => [page, readFileSync(join(SITE, page), 'utf8')]));
  const ids = new Map(
    [...texts].map(([page, html]) => [
      page,
      new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id)),
    ]),
  );
  const broken = new Set<string>();
  let links = 0;
  for (const [page, html] of texts)
    for (const [file, place] of linksOf(page, html)) {
      links++;
      const there =
        existsSync(join(SITE, file)) && (place === '' || !ids.has(file) || ids.get(file)!.has(place));
      if (!there) broken.add(`${page}: ${file}#${place}`);
    }
  t.same([...broken], []);
  t.ok(links > 1000, `${links} links`);
});

t.test(
  'there is a page for every Markdown file, and the site is no larger than a site should be',
  async (t) => {
    for (const page of [
      ...KINDS,
      'docs/tape.html',
      'api/functions/crossEntropy.html',
      'results/data/rates/table.html',
    ])
      t.ok(pages.includes(page), page);
    t.equal(pages.filter((page) => /^course\/\d\d-/.test(page)).length, 12);
    const bytes = files.reduce((sum, file) => sum + statSync(join(SITE, file)).size, 0);
    t.comment(`${files.length} files, ${bytes} bytes`);
    t.ok(bytes < 12e6, `${bytes} bytes`);
  },
);

/** A server of the site, and a page that listens. */
async function open(t: Test, headers: Record<string, string> = {}): Promise<{ site: Site; page: Page }> {
  const [browser, site] = [await launch(), await serve(SITE, headers)];
  t.teardown(() => Promise.all([browser.close(), site.close()]));
  const page = await browser.newPage();
  listen(t, page, site.url);
  return { site, page };
}

t.test('every page loads, and says where it is', { skip: noChromium }, async (t) => {
  const { site, page } = await open(t);
  for (const path of pages.filter((path) => !isApi(path) || KINDS.includes(path))) {
    await page.goto(site.url + path);
    t.equal(await page.locator('nav[aria-label=Site] [aria-current]').count(), 1, path);
    t.equal(await page.locator('h1').count(), 1, path);
  }
});

t.test('pages of every kind have no violations, and fit on a phone', { skip: noChromium }, async (t) => {
  const { site, page } = await open(t);
  for (const path of KINDS) {
    await page.goto(site.url + path);
    const found = await violations(page);
    t.same(
      found.filter((one) => !isApi(path) || !TYPEDOC.test(one)),
      [],
      path,
    );
    await page.setViewportSize({ width: 360, height: 740 });
    t.ok((await overflow(page)) <= 0, `${path} is no wider than a phone`);
    await page.setViewportSize({ width: 1200, height: 900 });
  }
});

/** Times are of one machine. */
const timeless = (text: string | null) => text?.replaceAll(/\d+\.\d ms/g, 'some ms');
const ended = (page: Page) =>
  page.waitForSelector('#state:text-matches("ended|failed|stopped")', { timeout: PATIENCE });

for (const headers of [isolated, {}]) {
  const programs =
    headers === isolated
      ? ['index.html', ...pages.filter((path) => /^course\/\d/.test(path))]
      : ['course/12-threads-and-bits/index.html'];
  t.test(
    `programs print what their pages say, ${headers === isolated ? '' : 'not '}isolated`,
    { skip: noChromium },
    async (t) => {
      const { site, page } = await open(t, headers);
      for (const path of programs) {
        await page.goto(site.url + path);
        t.equal(await page.evaluate(() => crossOriginIsolated), headers === isolated);
        await page.click('#run');
        await ended(page);
        t.equal(await page.textContent('#alert'), '', path);
        t.equal(
          timeless(await page.textContent('#printed')),
          timeless(await page.textContent('.beside pre')),
          path,
        );
      }
    },
  );
}

t.test(
  'a program is changed, run, stopped and set back by keys; errors name their lines',
  { skip: noChromium },
  async (t) => {
    const { site, page } = await open(t);
    await page.goto(`${site.url}course/01-scalar-tape/index.html`);
    const program = await page.inputValue('#code textarea');
    const run = async (code: string) => {
      await page.fill('#code textarea', code);
      await page.press('#code textarea', 'Control+Enter');
    };
    await run(
      "import { Tensor } from 'mixgrad';\nconsole.log(Tensor.name, [1, -0], { a: new Float32Array(2) });",
    );
    await ended(page);
    t.equal(await page.textContent('#printed'), 'Tensor [ 1, -0 ] { a: Float32Array(2) [ 0, 0 ] }\n');
    for (const [code, message] of [
      ['\nlet a = ;', /^Line 2: .*Unexpected token/],
      ['\n\nnothing();', /^Line 3: .*nothing is not defined/],
      ["import { no } from 'mixgrad';", /^Line 1: .*mixgrad.*no/],
      [
        "import { tensor, openDevice, setDevice } from 'mixgrad';\nsetDevice(await openDevice('reference'));\ntensor([1]).sum({ dim: 0 });",
        /^Line 3: .*sum: no option 'dim'/,
      ],
      ["void Promise.reject(new Error('late'));\nawait new Promise(() => {});", /^Line 1: .*late/],
    ] as const) {
      await run(code);
      await ended(page);
      t.match(await page.textContent('#alert'), message);
    }
    await run('console.log(1); for (;;);');
    await page.waitForSelector('#printed:has-text("1")');
    await page.focus('#stop');
    await page.keyboard.press('Enter');
    await ended(page);
    t.match(await page.textContent('#state'), /^It was stopped/);
    await page.press('#reset', 'Enter');
    t.equal(await page.inputValue('#code textarea'), program);
  },
);

t.test('as hosting.md has it for GitHub Pages, pages are isolated', { skip: noChromium }, async (t) => {
  const folder = join(t.testdir({}), 'site');
  cpSync(SITE, folder, { recursive: true, filter: (source) => !source.startsWith(join(SITE, 'api')) });
  const worker = 'coi-serviceworker.min.js';
  copyFileSync(`node_modules/coi-serviceworker/${worker}`, join(folder, worker));
  const lab = readFileSync(join(folder, 'lab.html'), 'utf8');
  writeFileSync(join(folder, 'lab.html'), lab.replace('<head>', `<head><script src="./${worker}"></script>`));
  const site = await serve(folder);
  t.teardown(() => site.close());
  const browser = await launch();
  t.teardown(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${site.url}lab.html`);
  await page.waitForFunction(() => crossOriginIsolated, null, { timeout: PATIENCE });
  await page.goto(`${site.url}course/12-threads-and-bits/index.html`);
  t.ok(await page.evaluate(() => crossOriginIsolated));
});
