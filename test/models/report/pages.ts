// Reports in a page of headless Chromium.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';

const executablePath = process.env.MIXGRAD_CHROMIUM ?? '/usr/bin/chromium';
export const noChromium =
  !existsSync(executablePath) && `no Chromium at ${executablePath}; MIXGRAD_CHROMIUM may name one`;

export const launch = (args = ['--disable-gpu']): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/** Opens a report; the test fails on what the console says and on what the page asks for. */
export async function openReport(
  t: Test,
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  const url = pathToFileURL(file).href;
  page.on('pageerror', (error) => t.fail(`${error.stack}`));
  page.on('console', (message) => t.fail(`console: ${message.text()}`));
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) t.fail(`asks for ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

/** What axe finds in the page in light, and of its colours in dark. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: string[] = [];
  for (const [colorScheme, rules] of [
    ['light', '{}'],
    ['dark', '{ runOnly: ["color-contrast", "link-in-text-block"] }'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    const all: Violation[] = await page.evaluate(`axe.run(${rules}).then(({ violations }) => violations)`);
    found.push(...all.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes[0].html}`));
  }
  return found;
}

/** How wide the page is beyond its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
