// The laboratory in headless Chromium: what it computes is what Node computes.
import t from 'tap';
import { noChromium, violations } from '../models/report/pages.js';
import { inNode, losses, norms, openLab, step } from './lab-page.js';

const HASH = '#width=8&seed=7&components=2';
const STEPS = 4;

for (const threads of [true, false]) {
  const name = threads ? 'isolated' : 'not isolated';
  t.test(`${name}: both networks train, with the bits of Node`, { skip: noChromium }, async (t) => {
    const page = await openLab(t, HASH, { threads });
    t.equal(await page.evaluate(() => crossOriginIsolated), threads);
    const sessions = await inNode(HASH);
    for (let i = 1; i <= STEPS; i++) t.strictSame(await step(page, i), await losses(sessions), `update ${i}`);
    t.equal(await page.textContent('#alert'), '');
    t.same(await violations(page), []);
  });
}

t.test('a pause that comes before the workers are there is heard', { skip: noChromium }, async (t) => {
  const page = await openLab(t, HASH);
  await page.click('#run');
  await page.click('#run');
  await page.click('#step');
  for (const norm of norms) await page.waitForSelector(`#${norm}[data-step]`);
  const steps = () => Promise.all(norms.map((norm) => page.getAttribute(`#${norm}`, 'data-step')));
  // what was under way when the pause came may still be made: a second without news is its end
  let before: (string | null)[] = [];
  for (let now = await steps(); now.join() !== before.join(); now = await steps()) {
    before = now;
    await page.waitForTimeout(1000);
  }
  await page.waitForTimeout(1000);
  t.strictSame(await steps(), before);
});

t.test(
  'a wrong value is marked and changes nothing; a right one is in the link',
  { skip: noChromium },
  async (t) => {
    const page = await openLab(t, '#seed=5&components=99');
    t.equal(await page.inputValue('[name=seed]'), '5');
    t.equal(await page.inputValue('[name=components]'), '3', 'what a field cannot have is passed over');
    await page.fill('[name=batchSize]', '0');
    await page.dispatchEvent('[name=batchSize]', 'change');
    t.equal(await page.getAttribute('[name=batchSize]', 'aria-invalid'), 'true');
    await page.selectOption('[name=gradient]', 'unrolled');
    t.equal(new URL(page.url()).hash, '#seed=5&gradient=unrolled');
  },
);
