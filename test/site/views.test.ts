// What the laboratory shows of both networks: the numbers of Node, by keyboard as well.
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openDevice, setDevice } from '../../lib/index.js';
import { confusionOf } from '../../models/lab/confusion.js';
import { filterPixels, imagePixels, largest, mapPixels, sharesOf } from '../../models/lab/pixels.js';
import type { Session } from '../../models/lab/session.js';
import { noChromium, overflow, violations } from '../models/report/pages.js';
import { buildSite, norms, openLaboratory, sessionOf, updatesOf } from './laboratory.js';

const HASH = '#width=8&seed=7&components=3';
/** The colours of the first components, in light. */
const COLOURS = [
  [31, 111, 178],
  [194, 65, 12],
  [26, 127, 75],
] as const;
/** Milliseconds that anything may take here. */
const PATIENCE = 120_000;

const folder = t.testdir({});
t.before(async () => {
  buildSite(folder);
  setDevice(await openDevice('wasm', { threads: 1 }));
});

/** Reads with every frame until the expected is there; a test that waits in vain shows what was read last. */
async function comes<T>(t: Test, page: Page, read: () => Promise<T>, expected: T, name: string) {
  const end = Date.now() + PATIENCE;
  let found = await read();
  while (!isDeepStrictEqual(found, expected) && Date.now() < end) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
    found = await read();
  }
  t.strictSame(found, expected, name);
}

/** The pixels of a canvas, read from a copy: Chromium warns where one that is shown is read often. */
const pixelsOf = (page: Page, selector: string): Promise<number[]> =>
  page.evaluate(
    `(() => {
      const on = document.querySelector('${selector}');
      if (!on?.width) return [];
      const copy = new OffscreenCanvas(on.width, on.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(on, 0, 0);
      return [...copy.getImageData(0, 0, on.width, on.height).data];
    })()`,
  );

const textOf = (page: Page, selector: string) => async () => (await page.textContent(selector)) ?? '';

/** Waits until both networks made so many updates. */
async function trained(page: Page, step: number): Promise<void> {
  for (const norm of norms)
    await page.waitForFunction(
      `Number(document.getElementById('${norm}').dataset.step) >= ${step}`,
      undefined,
      { timeout: PATIENCE },
    );
}

/** The components as the page lists them. */
const listOf = (numbers: readonly string[]) => numbers.map((n, k) => `component ${k}: ${n}`).join('');

t.test('filters, weights and maps are those of Node', { skip: noChromium }, async (t) => {
  const page = await openLaboratory(t, folder, HASH);
  const sessions = norms.map((norm) => sessionOf(HASH, norm));
  for (let step = 1; step <= 3; step++) {
    await page.click('#step');
    await trained(page, step);
    for (const session of sessions) await session.update();
  }
  const filters = await Promise.all(sessions.map(async (session) => (await session.filters())!));
  const most = Math.max(...filters.map(({ values }) => largest(values)));
  await page.locator('#filters').scrollIntoViewIfNeeded();
  for (const [i, norm] of norms.entries()) {
    const expected = [...filterPixels(filters[i], most, 8).data];
    await comes(t, page, () => pixelsOf(page, `#${norm}-filters canvas`), expected, `filters of ${norm}`);
  }
  const [, mn] = sessions;
  await page.locator('#map-legend').scrollIntoViewIfNeeded();
  await mapIs(t, page, mn, 'norm1', 0);
  await page.selectOption('#layer', 'norm2');
  await mapIs(t, page, mn, 'norm2', 0);
  await page.fill('#image', '17');
  await page.press('#image', 'Enter');
  await mapIs(t, page, mn, 'norm2', 17);
});

/** The image, its map, the shares and the weights of a layer. */
async function mapIs(t: Test, page: Page, session: Session, layer: string, image: number): Promise<void> {
  const name = `${layer}, image ${image}`;
  const map = await session.posteriorMap(layer, image);
  const expected = [...mapPixels(map, COLOURS).data];
  await comes(t, page, () => pixelsOf(page, '#map-picture'), expected, `map of ${name}`);
  t.strictSame(await pixelsOf(page, '#image-picture'), [...imagePixels(session.data.test, image).data], name);
  const shares = sharesOf(map).map((share) => `${(100 * share).toFixed(1)} %`);
  await comes(t, page, textOf(page, '#map-legend'), listOf(shares), `shares of ${name}`);
  const { weights } = (await session.weights()).find((one) => one.layer === layer)!;
  const numbers = weights.map((weight) => weight.toFixed(3));
  await comes(t, page, textOf(page, '#weights-now'), listOf(numbers), `weights of ${layer}`);
}

for (const [setting, sentence] of [
  ['posterior=channel', /each channel has posteriors of its own/],
  ['normAt=conv2', /it is batch normalization/],
] as const)
  t.test(`${setting}: why there is no map`, { skip: noChromium }, async (t) => {
    const page = await openLaboratory(t, folder, `${HASH}&${setting}`);
    await page.click('#step');
    await page.locator('#map-why').scrollIntoViewIfNeeded();
    await page.waitForFunction("document.getElementById('map-why').textContent", undefined, {
      timeout: PATIENCE,
    });
    t.match(await page.textContent('#map-why'), sentence);
    t.notOk(await page.isVisible('#map-picture'));
  });

t.test(
  '100 updates, a new rate, images behind a cell, by keyboard alone',
  { skip: noChromium },
  async (t) => {
    const page = await openLaboratory(t, folder, HASH);
    await tabTo(page, '#run');
    await page.keyboard.press('Enter');
    await trained(page, 60);
    await tabTo(page, '[name=lr]');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('0.0005');
    await page.keyboard.press('Enter');
    await trained(page, 100);
    await tabTo(page, '#run');
    await page.keyboard.press('Enter');
    await t.test('losses are those of Node at the same rates, and fall', (t) => lossesAreNodes(t, page));
    await t.test('a cell and its images', (t) => cellByKeyboard(t, page));
    await t.test('a layer and an image', (t) => layerByKeyboard(t, page));
    await t.test('nothing for axe, on a phone neither', async (t) => {
      t.same(await violations(page), []);
      await page.setViewportSize({ width: 360, height: 740 });
      t.ok((await overflow(page)) <= 0);
      t.same(await violations(page), []);
    });
    await t.test('the link is the experiment', async (t) => {
      await page.reload();
      t.equal(await page.inputValue('[name=lr]'), '0.0005');
      await page.click('#step');
      await trained(page, 1);
      for (const [i, norm] of norms.entries()) {
        const [shown] = (await updatesOf(page))[i];
        const { loss, lr } = await sessionOf(`${HASH}&lr=0.0005`, norm).update();
        t.strictSame([shown.loss, shown.lr], [loss, lr], norm);
      }
    });
  },
);

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await page.evaluate(`document.activeElement.matches('${selector}')`)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Makes the page's updates in Node, with its rates, and evaluates after the update that the page's table is of. */
async function lossesAreNodes(t: Test, page: Page): Promise<void> {
  await page.locator('#mn-confusion').scrollIntoViewIfNeeded();
  for (const [i, norm] of norms.entries()) {
    const { evaluated, rows } = await tableOf(page, norm);
    const seen = (await updatesOf(page))[i];
    t.strictSame([...new Set(seen.map(({ lr }) => lr))], [0.002, 0.0005], 'the rate changed on the way');
    t.ok(seen.length >= 100);
    const session = sessionOf(HASH, norm);
    const losses: number[] = [];
    for (const { lr, step } of seen) {
      session.lr = lr;
      losses.push((await session.update()).loss);
      if (step === evaluated) await tableIsNodes(t, rows, session, norm);
    }
    t.strictSame(
      seen.map(({ loss }) => loss),
      losses,
      norm,
    );
    const [first, last] = [losses.slice(0, 20), losses.slice(-20)].map(mean);
    t.ok(last < 0.9 * first, `${norm}: from ${first} to ${last}`);
  }
}

/** A confusion matrix as it stands there, with the words about it. */
async function tableOf(page: Page, norm: string): Promise<{ evaluated: number; rows: string[][] }> {
  await page.waitForSelector(`#${norm}-confusion table`, { timeout: PATIENCE });
  const rows = `[...document.querySelectorAll('#${norm}-confusion tbody tr')]`;
  const table: { words: string; rows: string[][] } = await page.evaluate(`({
    words: document.getElementById('${norm}-score').textContent,
    rows: ${rows}.map((row) => [...row.cells].map((cell) => cell.textContent)),
  })`);
  return { evaluated: Number(table.words.match(/update (\d+)/)![1]), rows: table.rows };
}

/** Compares a confusion matrix, cell by cell, with the session's predictions. */
async function tableIsNodes(t: Test, shown: string[][], session: Session, norm: string): Promise<void> {
  const { labels, classes, classNames } = session.data.test;
  const precise = (await session.evaluate()).find(({ statistics }) => statistics === 'precise')!;
  const { cells } = confusionOf(labels, precise.predictions, classes, classes);
  const expected = cells.map((row, own) => [classNames[own], ...row.map(({ length }) => String(length))]);
  t.strictSame(shown, expected, `confusion of ${norm}`);
  const right = cells.reduce((sum, row, own) => sum + row[own].length, 0);
  t.equal(right / labels.length, precise.accuracy, 'the table adds up to the accuracy');
}

/** From a table's first cell by arrow keys to another, its images, and one of them into the map. */
async function cellByKeyboard(t: Test, page: Page): Promise<void> {
  const table = '#mn-confusion';
  await tabTo(page, `${table} [data-at="0 0"]`);
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowLeft'])
    await page.keyboard.press(key);
  const at = () => page.evaluate('document.activeElement.dataset.at');
  t.equal(await at(), '1 0', 'arrows end at the edge');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  t.equal(await page.getAttribute(`${table} [data-at="1 1"]`, 'aria-expanded'), 'true');
  const count = Number(await page.textContent(`${table} [data-at="1 1"]`));
  t.ok(count > 0, 'there is something to see');
  t.match(await page.textContent('#mn-images'), `ring, recognized: ${count} image`);
  t.equal(await page.locator('#mn-images canvas').count(), count);
  await tabTo(page, '#mn-images button');
  const image: string = await page.evaluate("document.activeElement.id.split('-').at(-1)");
  await page.keyboard.press('Enter');
  t.equal(await page.inputValue('#image'), image);
  const test = sessionOf(HASH, 'mn').data.test;
  t.equal(test.classNames[test.labels[Number(image)]], 'ring');
  const pixels = await pixelsOf(page, '#mn-images canvas');
  t.strictSame(pixels, [...imagePixels(test, Number(image)).data], 'it is the image');
}

async function layerByKeyboard(t: Test, page: Page): Promise<void> {
  await tabTo(page, '#layer');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, '#image');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('3');
  await page.keyboard.press('ArrowUp');
  await comes(t, page, textOf(page, '#map-name'), 'norm2: 16 × 16 pixels', 'the map is of the layer');
  const { classNames, labels } = sessionOf(HASH, 'mn').data.test;
  await comes(t, page, textOf(page, '#image-name'), `image 4: ${classNames[labels[4]]}`, 'of the image');
}
