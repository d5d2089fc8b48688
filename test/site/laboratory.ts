// The built laboratory in a page of headless Chromium, and the same experiment in Node.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { channelStatistics } from '../../datasets/batches.js';
import { synthetic } from '../../datasets/synthetic.js';
import { choicesOf, experimentOf } from '../../models/lab/choices.js';
import { type Seen, Session } from '../../models/lab/session.js';
import { launch } from '../models/report/pages.js';
import { serve } from '../package/site.js';
import { spawnSync } from '../processes.js';

export const norms = ['bn', 'mn'] as const;
export type Norm = (typeof norms)[number];

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Builds the site into a folder of its own: test files that run at the same time do not meet. */
export function buildSite(folder: string): void {
  const options = ['--config', 'docs/site/vite.config.js', '--logLevel', 'warn', '--outDir', folder];
  const { status, stdout, stderr } = spawnSync('npx', ['vite', 'build', ...options], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout + stderr);
}

/** Serves a folder, isolated, to a page that notes the updates its workers tell of. */
export async function openSite(folder: string) {
  const browser = await launch();
  const site = await serve(folder, isolated);
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.addInitScript(`
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
    };`);
  const close = () => Promise.all([browser.close(), site.close()]);
  return { page, url: `${site.url}lab.html`, close };
}

/** Opens the laboratory; the test fails on what the console says. */
export async function openLaboratory(t: Test, folder: string, hash: string): Promise<Page> {
  const { page, url, close } = await openSite(folder);
  t.teardown(close);
  page.on('pageerror', (error) => t.fail(`${error.stack}`));
  page.on('console', (message) => t.fail(message.text()));
  await page.goto(url + hash);
  return page;
}

/** An update, and when it was heard of, in milliseconds of the page. */
export type Heard = Seen & { at: number };

/** The updates of each network so far. */
export const updatesOf = (page: Page): Promise<Heard[][]> => page.evaluate('heard');

const [train, test] = (['train', 'test'] as const).map((split) => synthetic({ split }));
const data = { train, test, statistics: channelStatistics(train) };

/** The session that a link stands for. */
export const sessionOf = (hash: string, norm: Norm): Session =>
  new Session(experimentOf(choicesOf(hash), norm), data);
