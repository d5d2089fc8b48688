// report.html of a sweep, in Chromium. Skipped where there is no Chromium.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import type { Collected } from '../../../models/sweep/collected.js';
import { writeSweepReport } from '../../../models/sweep/report/index.js';
import { launch, noChromium, openReport, overflow, violations } from './pages.js';
import { swept } from './swept.js';

const root = t.testdir({});
let browser: Browser;
if (!noChromium) {
  browser = await launch();
  t.teardown(() => browser.close());
}

function reportOf(name: string, collected: Collected): string {
  const path = join(root, name);
  writeSweepReport(collected, path);
  return path;
}

const collected = swept();
const whole = reportOf('whole.html', collected);
const [, mn, posterior] = collected.arms.map(({ name }) => name);
const figures = (page: Page) => page.locator('figcaption').allTextContents();

t.test('a sweep has curves, differences, targets and layers of its arms', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  const headings = await page.locator('h2').allTextContents();
  t.strictSame(headings, [
    ...['Curves', 'Final accuracy', 'Beside bn', 'To fixed targets', 'Updates to the other’s best accuracy'],
    ...['Layers', 'Loss along the step', 'Runs', 'Settings'],
  ]);
  const titles = await figures(page);
  for (const title of ['Training loss', 'Gradient norm of norm1', 'Posterior entropy of norm3'])
    t.ok(titles.includes(title), title);
  t.ok(titles.includes(`Component weights of norm3${mn}`));
  const curves = page.locator('figure.chart', { hasText: 'Test accuracy, precise statistics' }).first();
  t.equal(await curves.locator('path.band').count(), 3, 'bands over seeds');
  t.match(
    await page.locator('.result').textContent(),
    /^Final accuracy by precise statistics, beside bn with the same seed: mn.* points \(13 of 15 runs finished\)\.$/,
  );
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('it says what collected.json says', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  const cells = (name: string, row: string) =>
    page
      .getByRole('region', { name, exact: true })
      .locator('tr', { has: page.getByRole('rowheader', { name: row, exact: true }) })
      .first()
      .locator('td')
      .allTextContents();
  t.match((await cells('Final accuracy', posterior))[0], /^3 of 5: 1 diverged, 1 missing$/);
  const { mean } = collected.arms[1].final.precise;
  t.match((await cells('Final accuracy', mn))[1], new RegExp(`^${(100 * mean!).toFixed(1)} ±`));
  t.equal(await page.locator('.intervals').first().locator('circle.pair').count(), 5 + 3, 'every pair');
  const { arm, baseline } = collected.comparisons[0].best.precise;
  const [by, there, back, equal] = await cells('The paper’s measure', mn);
  t.equal(by, 'precise');
  t.match(there, `${arm.reached} of ${arm.pairs.length}`);
  t.match(back, `${baseline.reached} of ${baseline.pairs.length}`);
  t.match(equal, /\d+ % reach, \d+ % saved/);
  t.equal(await page.getByRole('region', { name: 'Runs' }).locator('tbody tr').count(), 15);
  await page.close();
});

t.test('checkboxes show and hide arms everywhere, by keys', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole);
  const shown = () => page.locator('[data-group="1"]:visible').count();
  const before = await shown();
  t.ok(before > 20, `${before} parts`);
  await page.getByLabel(mn, { exact: true }).focus();
  await page.keyboard.press('Space');
  t.equal(await shown(), 0);
  const cursor = page.getByRole('slider', { name: 'Training loss' });
  await cursor.press('Home');
  const said = await cursor.getAttribute('aria-valuetext');
  t.match(said, 'bn ');
  t.notMatch(said, `${mn} `, 'nor is it told');
  await page.getByRole('button', { name: 'All' }).press('Enter');
  t.equal(await shown(), before);
  await page.getByRole('button', { name: 'None' }).click();
  t.equal(await page.locator('[data-group]:visible').count(), 0);
  await page.close();
});

t.test('without scripts and on paper every picture is there', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole, { javaScriptEnabled: false });
  const count = (await figures(page)).length;
  t.equal(await page.locator('figure svg[role=img]:visible').count(), count);
  t.equal(await page.locator('.arms').isVisible(), false);
  await page.emulateMedia({ media: 'print' });
  t.equal(await page.locator('figure svg[role=img]:visible').count(), count);
  await page.close();
});

t.test('on a phone nothing is wider than the page', { skip: noChromium }, async (t) => {
  const page = await openReport(t, browser, whole, { viewport: { width: 360, height: 740 } });
  t.equal(await overflow(page), 0);
  await page.close();
});

t.test('names are texts, whatever they are', { skip: noChromium }, async (t) => {
  const hostile = '</title><script>alert(1)</script>"&';
  const named = JSON.stringify(swept(hostile)).replaceAll(JSON.stringify(mn), JSON.stringify(hostile));
  const page = await openReport(t, browser, reportOf('hostile.html', JSON.parse(named)));
  t.equal(await page.locator('code').textContent(), hostile);
  t.match(await page.locator('.result').textContent(), hostile);
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('there is a report before a run has ended, and of one arm', { skip: noChromium }, async (t) => {
  const begun = { ...collected, comparisons: [], targets: [], arms: collected.arms.slice(0, 1) };
  const page = await openReport(t, browser, reportOf('begun.html', begun));
  t.equal(
    await page.locator('.result').textContent(),
    '13 of 15 runs finished; there is nothing yet to compare.',
  );
  t.equal(await page.locator('.arms').isVisible(), false);
  t.match(await page.locator('main').textContent(), 'No run has come to its end.');
  t.strictSame(await violations(page), []);
  await page.close();
});

t.test('it has less than a megabyte, of many arms with fewer points', async (t) => {
  const { length } = readFileSync(whole);
  t.ok(length < 1e6, `${length} bytes`);
  t.match(readFileSync(whole, 'utf8'), 'A curve has 200 points at most, a layer’s 60.');
  const arms = Array.from({ length: 5 }, (_, i) =>
    collected.arms.map((arm) => ({
      ...arm,
      name: `${arm.name}, lr ${i}`,
      layers: ['', '.a', '.b', '.c'].flatMap((more) =>
        arm.layers.map((layer) => ({ ...layer, layer: `${layer.layer}${more}` })),
      ),
    })),
  ).flat();
  const large = readFileSync(reportOf('large.html', { ...collected, arms }), 'utf8');
  t.ok(Buffer.byteLength(large) < 1e6, `${large.length} characters`);
  t.match(large, /A curve has (100|50) points at most, a layer’s (30|15)\./);
});

t.test('what is not finite is no point of a curve', async (t) => {
  const [first, ...others] = collected.arms;
  const { steps } = first.descent!;
  const gone = steps.map(() => null as unknown as number);
  const descent = { steps, low: gone, high: gone, gradientDistance: gone };
  const arms = [first, ...others.map((arm) => ({ ...arm, descent }))];
  const report = readFileSync(reportOf('gone.html', { ...collected, arms }), 'utf8');
  const [, table] = report.split('Values<span class="of"> of Loss along the step');
  t.match(table.slice(0, table.indexOf('</table>')), /<th scope="col" data-group="0">bn<\/th><\/tr>/);
  t.notMatch(report, /<td[^>]*>0 \[0, 0\]/);
});
