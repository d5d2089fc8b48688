// report.html of runs, in Chromium: what is in it, by keys, without scripts, and on paper. Skipped where there is no Chromium.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import { writeReport } from '../../../models/report/index.js';
import type { Metric } from '../../../models/run/metrics.js';
import type { RunFolder } from '../../../models/run/run-folder.js';
import { readMetrics, runProgram, tiny } from '../programs.js';
import { interrupted } from '../train/resumed.js';
import { launch, noChromium, openReport, overflow, violations } from './pages.js';
import { recorded } from './recorded.js';

const root = t.testdir({});
const norms = ['norm1', 'norm2', 'norm3', 'norm4'];
const hostile = '<script>alert(1)</script>"&';
let browser: Browser;
if (!noChromium) {
  browser = await launch();
  t.teardown(() => browser.close());
}

/** The report of metrics that were written by hand, in a folder with a name. */
async function reportOf(name: string, metrics: Metric[]): Promise<string> {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  const write = (file: string, content: string | Uint8Array) => {
    writeFileSync(join(path, file), content);
    return join(path, file);
  };
  const settings = { model: 'cifar-cnn', norm: 'mn', normAt: ['conv3'], seed: 1, data: `/data/${name}` };
  const facts = {
    ...{ device: 'wasm', threads: 1, trainImages: 8, testImages: 4 },
    classes: 10,
    parameters: 5,
  };
  return writeReport(
    { settings, folder: { path, metrics, write } as unknown as RunFolder },
    { ...facts, totalSteps: 120 },
  );
}

const whole = await reportOf('whole', recorded(['norm3'], norms));
const titles = (page: Page) =>
  page.locator('figcaption').evaluateAll((all) => all.map((one) => one.firstChild!.textContent));
const charts = [
  ...['Loss', 'Accuracy', 'Images a second', 'Component weights of norm3', 'Mean log-likelihood of norm3'],
  ...[
    'Gradient norm',
    'Output deviation',
    'Posterior entropy',
    'Components explained by place',
    'Dead components',
  ],
  ...['Loss along the step', 'Change of the gradient'],
];
const channels = ['channel 3', 'channel 11', 'channel 17', 'channel 40'];

t.test('a run with all kinds of metrics has a picture of each', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  t.strictSame((await titles(page)).sort(), [...charts, ...channels].sort());
  t.match(
    await page.locator('.result').textContent(),
    /^Test accuracy 53\.5 % by running statistics, 55\.5 % by precise ones, after step 120 of 120, 60 s of training with seed 1\.$/,
  );
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('the slider goes through the evaluations by keys', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  const shown = () => page.locator('.channels path.histogram').first().getAttribute('d');
  const said = () => page.locator('output').textContent();
  const last = await shown();
  t.equal(await said(), 'step 120, epoch 4');
  await page.locator('#frame').focus();
  await page.keyboard.press('ArrowLeft');
  t.equal(await said(), 'step 90, epoch 3');
  t.equal(await page.locator('#frame').getAttribute('aria-valuetext'), 'step 90, epoch 3');
  t.not(await shown(), last);
  await page.keyboard.press('Home');
  t.equal(await said(), 'step 30, epoch 1');
  await page.keyboard.press('End');
  t.equal(await shown(), last, 'the page draws as the report was drawn');
  await page.close();
});

t.test('a chart tells its values to keys and to the mouse', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  const figure = page.locator('figure.chart').first();
  const cursor = figure.getByRole('slider', { name: 'Loss' });
  const legend = () => figure.locator('.legend').innerText();
  const idle = await legend();
  await cursor.focus();
  await page.keyboard.press('Home');
  const first = await figure.locator('tbody tr').first().locator('td').first().textContent();
  t.match(
    await cursor.getAttribute('aria-valuetext'),
    `step 1, training batches ${first}, test, running statistics –`,
  );
  t.match(await legend(), /step 1$/);
  for (const key of ['PageDown', 'PageUp', 'PageUp', 'ArrowRight', 'ArrowLeft'])
    await page.keyboard.press(key);
  t.match(await cursor.getAttribute('aria-valuetext'), /^step 21,/);
  t.equal(await cursor.getAttribute('aria-valuenow'), '21');
  await page.keyboard.press('Tab');
  t.equal(await legend(), idle, 'and the last ones when it is left');
  await cursor.hover();
  t.match(await legend(), /step 6[01]$/);
  await page.close();
});

t.test('without scripts every chart and its table can be read', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole, { javaScriptEnabled: false });
  t.equal(await page.locator('figure.chart svg[role=img]:visible').count(), charts.length);
  t.equal(await page.locator('.channels svg:visible').count(), 4);
  t.equal(await page.locator('#frame').isVisible(), false);
  await page.locator('summary').first().click();
  t.equal(await page.locator('figure.chart table').first().isVisible(), true);
  await page.close();
});

t.test('paper has every chart, and all evaluations', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  t.equal(await page.locator('figure.chart svg[role=img]:visible').count(), charts.length);
  t.equal(await page.locator('.channels svg:visible').count(), 4 * 4);
  t.strictSame(
    await page.locator('h4').allTextContents(),
    [1, 2, 3, 4].map((n) => `step ${30 * n}, epoch ${n}`),
  );
  t.equal(await page.locator('.slider:visible, .cursor:visible, details:visible').count(), 0);
  t.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  t.equal(await page.locator('.channels svg').count(), 4);
  await page.close();
});

t.test('on a phone nothing is wider than the page', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole, { viewport: { width: 360, height: 740 } });
  t.equal(await overflow(page), 0);
  for (const summary of await page.locator('summary').all()) await summary.click();
  t.equal(await overflow(page), 0, 'nor are the tables');
  await page.close();
});

t.test('names are texts, whatever they are', { skip: noChromium }, async (t) => {
  const file = await reportOf(hostile, recorded([hostile]));
  const page = await openReport(t, browser, file);
  page.on('dialog', (dialog) => t.fail(dialog.message()));
  t.match(await page.locator('h3').textContent(), hostile);
  t.match(await page.locator('dl').textContent(), hostile);
  await page.locator('#frame').press('Home');
  t.equal(await page.locator('.channels svg').count(), 4);
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('a run without a step says so', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, await reportOf('zero', []));
  t.equal(await page.locator('.result').textContent(), 'No step was made.');
  t.equal(await page.locator('svg').count(), 0);
  t.strictSame(await violations(page), []);
  await page.close();
});

for (const norm of ['bn', 'mn', 'none']) {
  t.test(`a run with norm ${norm}`, { skip: noChromium }, async (t) => {
    const out = join(root, norm);
    const watched = norm === 'none' ? [] : ['--watch-every', '1'];
    const { code, stderr } = runProgram('train', [
      ...tiny,
      '--norm',
      norm,
      '--precise-batches',
      '1',
      ...watched,
      '--out',
      out,
    ]);
    t.equal(code, 0, stderr);
    const page = await openReport(t, browser, join(out, 'report.html'));
    const layers = norm === 'none' ? 0 : 4;
    t.equal(await page.locator('.channels').count(), layers);
    t.equal((await page.getByText('Component weights').count()) > 0, norm === 'mn');
    t.equal((await page.locator('.missing').count()) > 0, norm === 'none', 'what was not recorded is said');
    t.strictSame(await violations(page), []);
    await page.close();
  });
}

t.test('a run that was interrupted has what was done', { skip: noChromium }, async (t) => {
  const out = join(root, 'interrupted');
  const flags = [
    ...tiny,
    '--norm',
    'bn',
    '--steps',
    '400',
    '--precise-batches',
    '1',
    '--eval-every-steps',
    '2',
    '--out',
    out,
  ];
  t.equal((await interrupted(flags)).code, 130);
  const page = await openReport(t, browser, join(out, 'report.html'));
  const steps = readMetrics(out).findLast(({ kind }) => kind === 'train')!.step;
  t.match(await page.locator('.result').textContent(), new RegExp(`step ${steps} of 400`));
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('a report of ten epochs has less than a megabyte', async (t) => {
  const metrics = recorded(norms);
  // An epoch of 120 updates, with pictures at its end.
  const epoch = metrics.filter(({ kind, step }) => kind !== 'pictures' || step === 120);
  const long = Array.from({ length: 10 }, (_, i) =>
    epoch.map((metric) => ({ ...metric, step: metric.step + 120 * i, epoch: i + 1 })),
  );
  const { length } = readFileSync(await reportOf('long', long.flat()));
  t.ok(length < 1e6, `${length} bytes`);
});

t.test('what is not finite is left out, before it was in a file and after', async (t) => {
  const found = recorded(['norm3'], norms);
  for (const metric of found) {
    if (metric.kind === 'descent') metric.points[2].loss = metric.points[1].gradientDistance = Number.NaN;
    if (metric.kind === 'layers' && metric.step > 40) metric.layers.norm1.gradNorm = Number.POSITIVE_INFINITY;
  }
  const read = await reportOf('finite', JSON.parse(JSON.stringify(found)));
  const before = readFileSync(read, 'utf8');
  t.equal(readFileSync(await reportOf('finite', found), 'utf8'), before);
});
