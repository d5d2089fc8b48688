// The tape's page in headless Chromium, and its programs in Node.
import type { Page } from 'playwright-core';
import { spawnSync } from '../processes.js';

/** Waits for the end of a run of the tape's page, by their number. */
export const ran = (page: Page, runs: number) => page.waitForSelector(`#status[data-runs="${runs}"]`);

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
