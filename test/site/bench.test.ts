// The bench in headless Chromium: what it shows is what the library computes, whatever one drags.
import type { CDPSession, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { openReference } from '../../kernels/devices/reference.js';
import { setDevice } from '../../lib/index.js';
import { outcomeOf } from '../../models/lab/bench/numbers.js';
import { presetNames, presetState, titleOf } from '../../models/lab/bench/presets.js';
import { noChromium, overflow, violations } from '../models/report/pages.js';
import { inBrowser, inNode } from './bench-numbers.js';
import {
  type Bench,
  centre,
  dot,
  initial,
  numbersIn,
  openBench,
  placeOf,
  settled,
  stateIn,
} from './bench-page.js';

setDevice(openReference());
const skip = noChromium;
let bench: Bench;
t.before(async () => {
  if (!skip) bench = await openBench();
});
t.teardown(() => bench?.close());
const open = (t: Test, hash?: string, options?: object) => bench.open(t, hash, options);

/** Compares every number on the page with the library's: in the same browser bit for bit, and in Node. */
async function compare(t: Test, page: Page, name: string): Promise<void> {
  await settled(page);
  const state = await stateIn(page);
  const [here, node] = [await inBrowser(bench.browser, bench.library.url, state), inNode(state)];
  for (const part of ['likelihood', 'mixture', 'facts', 'all'] as const) {
    const shown = await numbersIn(page, `#${part}`);
    t.strictSame(shown, here[part], `${name}: ${part}`);
    const far = Math.max(...shown.map((value, i) => Math.abs(value - node[part][i])));
    // central differences have lost eight digits of sixteen
    t.ok(far < 1e-7, `${name}: ${part} in Node, off by ${far}`);
  }
}

t.test('every preset shows numbers of the library, with either scale and loss', { skip }, async (t) => {
  const page = await open(t);
  await page.click('#all summary');
  await compare(t, page, 'at first');
  for (const name of presetNames) {
    await page.click(`#presets button:text-is("${titleOf(name)}")`);
    await compare(t, page, name);
    t.strictSame(await stateIn(page), presetState(name));
  }
  await page.selectOption('#scale', 'fisher');
  await page.selectOption('#loss', 'at');
  await compare(t, page, 'fisher, the output of one sample');
  t.same([(await stateIn(page)).scale, (await stateIn(page)).upstream], ['fisher', null]);
  t.equal(await page.textContent('#alert'), '');
});

t.test('a dot is dragged by the mouse', { skip }, async (t) => {
  const page = await open(t);
  await page.click('#all summary');
  const outputs = await numbersIn(page, '#all');
  const { x, y } = await centre(page, 39);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y, { steps: 4 });
  await page.mouse.move(x + 80, y + 30, { steps: 4 });
  t.equal(await page.evaluate(() => location.hash), '', 'the address waits for the end');
  await page.mouse.up();
  await compare(t, page, 'after the drag');
  const state = await stateIn(page);
  const wide = (await page.locator('#channel').boundingBox())!.width - 24;
  t.ok(Math.abs(state.samples[39] - initial.samples[39] - (80 / wide) * 16) < 0.02, `${state.samples[39]}`);
  t.equal(state.selected, 39);
  t.equal(await placeOf(page, 39), state.samples[39]);
  t.strictSame(state.samples.slice(0, 39), initial.samples.slice(0, 39), 'the others stay');
  t.notSame(await numbersIn(page, '#all'), outputs);
  await page.mouse.move(x, y);
  t.equal(await placeOf(page, 39), state.samples[39], 'a mouse that is up moves nothing');
});

t.test('a dot is dragged by a finger', { skip }, async (t) => {
  const page = await open(t, '', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await page.locator('#channel').scrollIntoViewIfNeeded();
  const { x, y } = await centre(page, 0);
  const touch = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: number | null) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: at === null ? [] : [{ x: at, y }] });
  await send('touchStart', x);
  for (let by = 10; by <= 60; by += 10) await send('touchMove', x + by);
  await send('touchEnd', null);
  await page.waitForURL(/#/);
  const { samples } = await stateIn(page);
  t.ok(samples[0] > initial.samples[0] + 1, `${samples[0]}`);
  t.equal(await overflow(page), 0);
});

t.test('by keyboard alone: dots, weights, rounds', { skip }, async (t) => {
  const page = await open(t);
  await page.click('#all summary');
  await page.focus('#presets button:last-child');
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => document.activeElement!.ariaLabel);
  t.equal(await focused(), 'sample 21', 'the selected dot is the one that Tab leads to');
  await page.keyboard.press('ArrowRight');
  t.equal((await stateIn(page)).samples[20], -0.09);
  await page.keyboard.press('PageDown');
  t.equal((await stateIn(page)).samples[20], -1.09);
  await compare(t, page, 'moved by keys');
  await page.keyboard.press('End');
  t.equal((await stateIn(page)).samples[20], 8);
  await page.keyboard.press('ArrowDown');
  t.equal(await focused(), 'sample 40', 'the next to the left');
  t.equal((await stateIn(page)).selected, 39);
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate(() => document.activeElement!.id), 'rounds');
  await page.keyboard.press('ArrowUp');
  t.equal((await stateIn(page)).rounds, 3);
  await page.focus('#weight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  t.equal((await stateIn(page)).upstream![39], Math.round(10 * initial.upstream![39] - 1) / 10);
  await compare(t, page, 'after all');
});

t.test('EM goes on round by round, and back', { skip }, async (t) => {
  const page = await open(t);
  await page.click('#all summary');
  for (const rounds of [1, 0, 0]) {
    await page.click('#back');
    t.equal((await stateIn(page)).rounds, rounds);
  }
  const { logLikelihoods } = outcomeOf({ ...initial, rounds: 6 });
  for (let round = 0; round <= 6; round++) {
    await settled(page);
    t.strictSame(await numbersIn(page, '#likelihood'), [logLikelihoods[round]], `round ${round}`);
    t.equal(await page.locator('#likelihoods circle').count(), round + 1);
    await page.click('#forth');
  }
  await page.click('#seed');
  t.equal((await stateIn(page)).seed, initial.seed + 1);
  t.notSame((await stateIn(page)).start, initial.start);
  await page.click('#warm');
  await compare(t, page, 'a warm start');
  await page.fill('#components', '4');
  await page.press('#components', 'Enter');
  t.equal((await stateIn(page)).start.weights.length, 4);
  await compare(t, page, 'four components');
  await page.check('#isWarm');
  const { start } = await stateIn(page);
  await dot(page, 3).focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  t.notSame((await stateIn(page)).start, start, 'a warm start with the move');
  await page.click('#add');
  t.equal((await stateIn(page)).samples.length, 41);
  await compare(t, page, 'one sample more');
  await page.click('#remove');
  t.equal((await stateIn(page)).samples.length, 40);
});

t.test('weights of the loss are dragged, and a column is selected', { skip }, async (t) => {
  const page = await open(t, '#g=at');
  await page.click('#all summary');
  await page.locator('.columns').evaluate((picture) => picture.scrollIntoView({ block: 'end' }));
  const { x, y, width, height } = (await page.locator('.columns .handle').boundingBox())!;
  const column = x + (width * 10.5) / 40;
  await page.mouse.move(column, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(column, y + height / 4, { steps: 3 });
  await page.mouse.up();
  await compare(t, page, 'a weight was dragged');
  const state = await stateIn(page);
  t.equal(state.upstream![10], 1);
  t.equal(state.upstream![20], 1, 'that of the output that was the loss');
  t.equal(state.selected, 10);
  const { y: top } = (await page.locator('.columns').boundingBox())!;
  await page.mouse.click(x + (width * 30.5) / 40, top + 30);
  t.equal((await stateIn(page)).selected, 30);
  await page.click('#ones');
  await page.click('#random');
  await compare(t, page, 'random weights');
});

t.test('a link is a state: reload, back and forward', { skip }, async (t) => {
  const page = await open(t);
  await page.click('#forth');
  await dot(page, 0).focus();
  await page.keyboard.press('Home');
  await page.click('#forth');
  const state = await stateIn(page);
  const numbers = await settled(page).then(() => numbersIn(page, '#facts'));
  await page.reload();
  await settled(page);
  t.strictSame(await numbersIn(page, '#facts'), numbers);
  await page.goBack();
  await page.waitForFunction(() => (document.querySelector('#rounds') as HTMLInputElement).value === '3');
  t.equal((await stateIn(page)).rounds, 3);
  t.strictSame((await stateIn(page)).samples, state.samples);
  await page.goBack();
  await page.waitForFunction(
    (value) => document.querySelector('.dots circle')!.getAttribute('aria-valuenow') === value,
    String(initial.samples[0]),
  );
  await page.goForward();
  await page.goForward();
  await page.waitForFunction(() => (document.querySelector('#rounds') as HTMLInputElement).value === '4');
  t.strictSame(await stateIn(page), state);
});

t.test('what cannot be is named, and changes nothing', { skip }, async (t) => {
  const page = await open(t, '#rounds=99&x=1_2_4_7');
  t.match(
    await page.textContent('#alert'),
    /rounds: EM rounds is “99”, expected a whole number from 0 to 20/,
  );
  t.equal(await page.locator('.dots circle').count(), 4);
  await page.fill('#components', '9');
  await page.press('#components', 'Enter');
  t.match(await page.textContent('#alert'), /K is “9”, expected a whole number from 1 to 6/);
  t.equal(await page.getAttribute('#components', 'aria-invalid'), 'true');
  await page.fill('#components', '3');
  await page.press('#components', 'Enter');
  await settled(page);
  t.equal(await page.textContent('#alert'), '');
  t.equal(await page.getAttribute('#components', 'aria-invalid'), null);
  await page.click('#remove');
  await page.click('#remove');
  await page.click('#remove');
  t.match(await page.textContent('#alert'), /2 samples are as few as there may be/);
});

t.test('axe finds nothing, on a phone and with everything open', { skip }, async (t) => {
  for (const viewport of [
    { width: 1200, height: 900 },
    { width: 360, height: 740 },
  ]) {
    const page = await open(t, '', { viewport });
    await page.click('#all summary');
    for (const name of ['two', 'three'] as const) {
      await page.click(`#presets button:text-is("${titleOf(name)}")`);
      await settled(page);
      t.same(await violations(page), [], `${name} at ${viewport.width}`);
      t.equal(await overflow(page), 0);
    }
  }
});

/** The work of the page's main thread so far, in seconds of its own time. */
async function taskTime(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')!.value;
}

t.test('a frame of a drag over 40 samples takes less than a sixtieth of a second', { skip }, async (t) => {
  const page = await open(t);
  const devtools = await page.context().newCDPSession(page);
  // the thread's own time: what else the machine does is not counted
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { x, y } = await centre(page, 20);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 150, y, { steps: 30 }); // compiled by now
  const frames = () => page.evaluate(() => performance.getEntriesByName('frame').length);
  const [before, drawn] = [await taskTime(devtools), await frames()];
  await page.mouse.move(x - 150, y, { steps: 120 });
  const [time, count] = [(await taskTime(devtools)) - before, (await frames()) - drawn];
  await page.mouse.up();
  t.comment(`${count} frames of ${((1000 * time) / count).toFixed(1)} ms`);
  t.ok(count > 20, `${count} frames`);
  t.ok(time / count < 1 / 60, `${time / count} s`);
});
