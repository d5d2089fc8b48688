// The site as `npm run site` built it, in headless Chromium. Tests only read it, side by side.
import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import { launch } from '../models/report/pages.js';
import { serve } from '../package/site.js';

export const SITE = 'dist/site';
if (!existsSync(`${SITE}/index.html`)) throw new Error(`${SITE} is not there: npm run site builds it`);

/** A slow machine may take this long for whatever a page is waited for. */
export const PATIENCE = 120_000;

/** What a server sends so that pages have threads. */
export const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface Opening extends BrowserContextOptions {
  /** Whether the server sends what threads need. @default true */
  threads?: boolean;
  /** Flags of Chromium. */
  args?: string[];
  /** Runs in the page before its scripts. */
  before?: string | (() => void);
}

/** What Chromium itself says where a page asked for a GPU in vain, as the laboratory's field does when it has the focus. */
const NO_GPU = 'No available adapters.';

/** The test fails on what the page's console says, on what is not there, and on what the page or its workers ask of others. */
export function listen(t: Test, page: Page, url: string): void {
  const say = (what: unknown) => t.fail(`${page.url()}: ${what}`);
  page.on('pageerror', (error) => say(error.stack));
  page.on('console', (message) => message.text() === NO_GPU || say(message.text()));
  page.on('response', (response) => response.ok() || say(`${response.url()}: ${response.status()}`));
  page.context().on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) say(request.url());
  });
}

/** A browser for each list of flags, which all tests of a file share until its end. */
const browsers = new Map<string, Promise<Browser>>();

function browserOf(t: Test, args?: string[]): Promise<Browser> {
  const key = String(args);
  let browser = browsers.get(key);
  if (!browser) {
    browser = launch(args);
    browsers.set(key, browser);
    let file: Pick<Test, 'teardown' | 'parent'> = t;
    while (file.parent) file = file.parent as Test;
    file.teardown(async () => (await browser!).close());
  }
  return browser;
}

/** Opens a page of the site, which shares nothing with others; `path` is from the site's folder. */
export async function openPage(t: Test, path: string, opening: Opening = {}): Promise<Page> {
  const { threads = true, args, before, ...context } = opening;
  const browser = await browserOf(t, args);
  const site = await serve(SITE, threads ? isolated : {});
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...context });
  t.teardown(() => Promise.all([page.context().close(), site.close()]));
  page.setDefaultTimeout(PATIENCE);
  if (before) await page.addInitScript(before);
  listen(t, page, site.url);
  await page.goto(site.url + path);
  return page;
}
