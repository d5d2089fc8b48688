// A page of the built site in headless Chromium, and the programs that run in it beside Node.
import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';
import { launch } from '../models/report/pages.js';
import { type Site, serve } from '../package/site.js';
import { spawnSync } from '../processes.js';

export const WAIT = { timeout: 60_000 };

/** The site, built into a folder of its own, since test files run side by side. */
export class BuiltSite {
  private constructor(
    private readonly folder: string,
    private readonly browser: Browser,
    private readonly site: Site,
  ) {}

  static async build(name: string): Promise<BuiltSite> {
    const folder = `dist/site-of-${name}`;
    const build = ['run', '--silent', 'site', '--', '--outDir', `../../${folder}`, '--emptyOutDir'];
    const { status, stdout, stderr } = spawnSync('npm', build, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout + stderr);
    return new BuiltSite(folder, await launch(), await serve(folder));
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.site.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Opens a page; the test fails on what the console says and on what is asked for elsewhere. */
  async open(t: Test, path: string, viewport = { width: 1200, height: 900 }): Promise<Page> {
    const { url } = this.site;
    const page = await this.browser.newPage({ viewport });
    t.teardown(() => page.close());
    page.on('pageerror', (error) => t.fail(`${error.stack}`));
    page.on('console', (message) => t.fail(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) t.fail(request.url());
    });
    await page.goto(url + path);
    return page;
  }
}

/** Waits for the end of a run of the tape's page, by their number. */
export const ran = (page: Page, runs: number) => page.waitForSelector(`#status[data-runs="${runs}"]`, WAIT);

/** Runs a program in the tape's page. */
export async function runCode(page: Page, code: string, runs: number): Promise<void> {
  await page.fill('textarea', code);
  await page.click('#run');
  await ran(page, runs);
}

/** What a program prints in Node. */
export function inNode(code: string): string {
  const { status, stdout, stderr } = spawnSync('node', ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
