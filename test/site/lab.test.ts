// The laboratory in headless Chromium: what it computes is what Node computes, and what it asks for is its own.
import t from 'tap';
import { channelStatistics } from '../../datasets/batches.js';
import { synthetic } from '../../datasets/synthetic.js';
import { openDevice, setDevice } from '../../lib/index.js';
import { choicesOf, experimentOf } from '../../models/lab/choices.js';
import { Session } from '../../models/lab/session.js';
import { launch, noChromium, violations } from '../models/report/pages.js';
import { serve } from '../package/site.js';
import { isolated, SITE } from './built.js';

const HASH = '#width=8&seed=7&components=2';
const STEPS = 4;
const norms = ['bn', 'mn'] as const;

/** The losses of the first updates in Node, one network after the other. */
async function lossesInNode(): Promise<number[][]> {
  setDevice(await openDevice('wasm', { threads: 1 }));
  const [train, test] = (['train', 'test'] as const).map((split) => synthetic({ split }));
  const data = { train, test, statistics: channelStatistics(train) };
  const losses: number[][] = [];
  for (const norm of norms) {
    const session = new Session(experimentOf(choicesOf(HASH), norm), data);
    const own: number[] = [];
    while (own.length < STEPS) own.push((await session.update()).loss);
    losses.push(own);
  }
  return losses;
}

for (const headers of [isolated, {}]) {
  const name = headers === isolated ? 'isolated' : 'not isolated';
  t.test(`${name}: both networks train, with the bits of Node`, { skip: noChromium }, async (t) => {
    const browser = await launch();
    const site = await serve(SITE, headers);
    t.teardown(() => Promise.all([browser.close(), site.close()]));
    const page = await browser.newPage();
    page.on('pageerror', (error) => t.fail(`${error.stack}`));
    page.on('console', (message) => t.fail(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url) && !/^(data|blob):/.test(request.url())) t.fail(request.url());
    });
    await page.goto(`${site.url}lab.html${HASH}`);
    t.equal(await page.evaluate(() => crossOriginIsolated), headers === isolated);
    const shown = async (step: number) => {
      for (const norm of norms)
        await page.waitForSelector(`#${norm}[data-step="${step}"]`, { timeout: 20_000 });
      return Promise.all(norms.map((norm) => page.getAttribute(`#${norm}`, 'data-loss')));
    };
    const losses = await lossesInNode();
    for (let step = 1; step <= STEPS; step++) {
      await page.click('#step');
      t.strictSame(
        (await shown(step)).map(Number),
        losses.map((own) => own[step - 1]),
        `update ${step}`,
      );
    }
    t.equal(await page.textContent('#alert'), '');
    t.same(await violations(page), []);
  });
}

t.test('a pause that comes before the workers are there is heard', { skip: noChromium }, async (t) => {
  const browser = await launch();
  const site = await serve(SITE);
  t.teardown(() => Promise.all([browser.close(), site.close()]));
  const page = await browser.newPage();
  await page.goto(`${site.url}lab.html${HASH}`);
  await page.click('#run');
  await page.click('#run');
  await page.click('#step');
  for (const norm of norms) await page.waitForSelector(`#${norm}[data-step]`, { timeout: 20_000 });
  const steps = () => Promise.all(norms.map((norm) => page.getAttribute(`#${norm}`, 'data-step')));
  await page.waitForTimeout(500);
  const before = await steps();
  await page.waitForTimeout(1000);
  t.strictSame(await steps(), before);
});

t.test(
  'a wrong value is marked and changes nothing; a right one is in the link',
  { skip: noChromium },
  async (t) => {
    const browser = await launch();
    const site = await serve(SITE);
    t.teardown(() => Promise.all([browser.close(), site.close()]));
    const page = await browser.newPage();
    await page.goto(`${site.url}lab.html#seed=5&components=99`);
    t.equal(await page.inputValue('[name=seed]'), '5');
    t.equal(await page.inputValue('[name=components]'), '3', 'what a field cannot have is passed over');
    await page.fill('[name=batchSize]', '0');
    await page.dispatchEvent('[name=batchSize]', 'change');
    t.equal(await page.getAttribute('[name=batchSize]', 'aria-invalid'), 'true');
    await page.selectOption('[name=gradient]', 'unrolled');
    t.equal(new URL(page.url()).hash, '#seed=5&gradient=unrolled');
  },
);
