// The laboratory in headless Chromium, and the same experiments in Node.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { channelStatistics } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { openDevice, setDevice } from '../../lib/index.js';
import { choicesOf, experimentOf } from '../../models/lab/choices.js';
import { type Seen, Session } from '../../models/lab/session.js';
import { type Opening, openPage } from './built.js';

export const norms = ['bn', 'mn'] as const;
export type Norm = (typeof norms)[number];

/** Opens the laboratory. The test fails on what the console says, and on what is asked for elsewhere. */
export const openLab = (t: Test, hash: string, opening: Opening = {}): Promise<Page> =>
  openPage(t, `lab.html${hash}`, opening);

/** For a page before its scripts: notes the updates that its workers tell of. */
export const hearing = `
  window.heard = [];
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      const own = [];
      heard.push(own);
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'update') own.push({ ...data, at: performance.now() });
      });
    }
  };`;

/** An update, and when it was heard of, in milliseconds of the page. */
export type Heard = Seen & { at: number };

/** The updates of each network so far, in a page that notes them. */
export const updatesOf = (page: Page): Promise<Heard[][]> => page.evaluate('heard');

/** Makes an update in the page, and waits until both networks have made so many; their losses. */
export async function step(page: Page, to: number): Promise<number[]> {
  await page.click('#step');
  for (const norm of norms) await page.waitForSelector(`#${norm}[data-step="${to}"]`);
  return Promise.all(norms.map(async (norm) => Number(await page.getAttribute(`#${norm}`, 'data-loss'))));
}

/** Waits until an element's text fits. */
export async function says(page: Page, selector: string, words: RegExp): Promise<string> {
  const element = page.locator(selector, { hasText: words });
  await element.waitFor({ state: 'attached' });
  return (await element.textContent())!;
}

const [train, test] = (['train', 'test'] as const).map((split) => synthetic({ split }));

/** The session that a link stands for. */
export const sessionOf = (hash: string, norm: Norm, data = { train, test }): Session =>
  new Session(experimentOf(choicesOf(hash), norm), { ...data, statistics: channelStatistics(data.train) });

/** A session in Node for each of the two networks. */
export async function inNode(hash: string, data?: { train: Dataset; test: Dataset }): Promise<Session[]> {
  setDevice(await openDevice('wasm', { threads: 1 }));
  return norms.map((norm) => sessionOf(hash, norm, data));
}

/** The losses of the next update of each. */
export async function losses(sessions: readonly Session[]): Promise<number[]> {
  const found: number[] = [];
  for (const session of sessions) found.push((await session.update()).loss);
  return found;
}
