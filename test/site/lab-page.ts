// The laboratory in headless Chromium, and the same experiments in Node.
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { channelStatistics } from '../../datasets/batches.js';
import type { Dataset } from '../../datasets/dataset.js';
import { openDevice, setDevice } from '../../lib/index.js';
import { choicesOf, experimentOf } from '../../models/lab/choices.js';
import { Session } from '../../models/lab/session.js';
import { serve } from '../package/site.js';
import { spawnSync } from '../processes.js';

export const norms = ['bn', 'mn'] as const;
const WAIT = { timeout: 60_000 };
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Builds the site into a folder of the test's own: files of tests run side by side. */
export function buildSite(folder: string): string {
  const site = join(folder, 'site');
  const args = [
    'vite',
    'build',
    '--config',
    'docs/site/vite.config.js',
    '--logLevel',
    'warn',
    '--outDir',
    site,
  ];
  const { status, stdout, stderr } = spawnSync('npx', [...args, '--emptyOutDir'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout + stderr);
  return site;
}

interface Opening extends BrowserContextOptions {
  hash?: string;
  /** Whether the page is isolated from others. @default true */
  headers?: boolean;
  /** Flags of Chromium. */
  args?: string[];
  /** Runs in the page before its scripts. */
  before?: () => void;
}

/** Opens the laboratory. The test fails on what the console says, and on what is asked for elsewhere. */
export async function openLab(
  t: Test,
  folder: string,
  { hash = '', headers = true, args = ['--disable-gpu'], before, ...context }: Opening = {},
): Promise<Page> {
  const executablePath = process.env.MIXGRAD_CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
  const site = await serve(folder, headers ? isolated : {});
  t.teardown(() => Promise.all([browser.close(), site.close()]));
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...context });
  page.setDefaultTimeout(WAIT.timeout);
  if (before) await page.addInitScript(before);
  page.on('pageerror', (error) => t.fail(`${error.stack}`));
  page.on('console', (message) => t.fail(message.text()));
  page.context().on('request', (request) => {
    if (!request.url().startsWith(site.url) && !/^(data|blob):/.test(request.url())) t.fail(request.url());
  });
  await page.goto(`${site.url}lab.html${hash}`);
  return page;
}

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

/** A session in Node for each of the two networks. */
export async function inNode(hash: string, data: { train: Dataset; test: Dataset }): Promise<Session[]> {
  setDevice(await openDevice('wasm', { threads: 1 }));
  const all = { ...data, statistics: channelStatistics(data.train) };
  return norms.map((norm) => new Session(experimentOf(choicesOf(hash), norm), all));
}

/** The losses of the next update of each. */
export async function losses(sessions: readonly Session[]): Promise<number[]> {
  const found: number[] = [];
  for (const session of sessions) found.push((await session.update()).loss);
  return found;
}
