// The bench in a browser, and what tests read of it.
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { openReference } from '../../kernels/devices/reference.js';
import { setDevice } from '../../lib/index.js';
import { stateOf } from '../../models/lab/bench/link.js';
import { presetState } from '../../models/lab/bench/presets.js';
import type { BenchState } from '../../models/lab/bench/state.js';
import { launch } from '../models/report/pages.js';
import { type Site, serve } from '../package/site.js';
import { listen, PATIENCE, SITE } from './built.js';

setDevice(openReference());
/** The state of a link without words. */
export const initial = presetState('two');

export interface Bench {
  browser: Browser;
  /** The package, as a page has it. */
  library: Site;
  /** Opens the bench; the test fails on what the console says and on what is asked of other servers. */
  open(t: Test, hash?: string, options?: object): Promise<Page>;
  close(): Promise<unknown>;
}

/** Serves the site. */
export async function openBench(): Promise<Bench> {
  const [browser, site, library] = [await launch(), await serve(SITE), await serve('dist/browser')];
  const open = async (t: Test, hash = '', options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    t.teardown(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    listen(t, page, site.url);
    await page.goto(`${site.url}bench.html${hash}`);
    await settled(page);
    return page;
  };
  return {
    browser,
    library,
    open,
    close: () => Promise.all([browser.close(), site.close(), library.close()]),
  };
}

/** Waits until the page shows all of its state. */
export const settled = (page: Page) => page.waitForSelector('#main[data-settled=true]');

/** The state that the page's address says. */
export async function stateIn(page: Page): Promise<BenchState> {
  const { state, problems } = stateOf(await page.evaluate(() => location.hash), initial);
  if (problems.length > 0) throw new Error(problems.join());
  return state;
}

/** All the numbers of a part of the page. */
export const numbersIn = async (page: Page, selector: string): Promise<number[]> =>
  (await page.$$eval(`${selector} data`, (all) => all.map((each) => (each as HTMLDataElement).value))).map(
    Number,
  );

export const dot = (page: Page, index: number) => page.locator('.dots circle').nth(index);
export const placeOf = async (page: Page, index: number) =>
  Number(await dot(page, index).getAttribute('aria-valuenow'));

export async function centre(page: Page, index: number): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await dot(page, index).boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}
