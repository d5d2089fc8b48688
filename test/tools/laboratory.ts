// Measures the laboratory's page in headless Chromium, and in turn the same experiment in Node, each network in a process:
// node dist/test/tools/laboratory.js [--pairs 3] [--seconds 20] [--hash '#width=16']
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openDevice, setDevice } from '../../lib/index.js';
import { median, rounded } from '../../models/bench/figures.js';
import { buildSite, type Norm, norms, openSite, sessionOf, updatesOf } from '../site/laboratory.js';

/** Updates that engines take to compile what runs often. */
const WARM_UP = 10;

const { values: flags } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    hash: { type: 'string', default: '' },
    child: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
/** As many as the page gives each network. */
const threads = Math.max(1, Math.floor(availableParallelism() / 2));

/** What a page that trains has shown: milliseconds, and images a second of each network. */
interface Measured {
  /** From the address to the first update of both networks, Start being pressed at once. */
  first: number;
  frames: number[];
  speeds: number[];
}

/** The frames of a page at rest. */
async function framesAtRest(folder: string): Promise<number[]> {
  const { page, url, close } = await openSite(folder);
  try {
    await page.goto(url + flags.hash);
    return await framesOf(page);
  } finally {
    await close();
  }
}

/** The page, on which every section is looked at for as long. */
async function measurePage(folder: string): Promise<Measured> {
  const { page, url, close } = await openSite(folder);
  try {
    await page.addInitScript("addEventListener('load', () => document.getElementById('run').click())");
    await page.goto(url + flags.hash);
    await page.waitForFunction('heard.length === 2 && heard.every((own) => own.length > 0)');
    const frames = await framesOf(page);
    const updates = await updatesOf(page);
    const first = Math.max(...updates.map(([{ at }]) => at));
    const speeds = updates.map((own) => median(own.slice(WARM_UP).map(({ imagesPerS }) => imagesPerS)));
    return { first, frames, speeds };
  } finally {
    await close();
  }
}

/** The times between frames while one goes through the sections of a page. */
const framesOf = (page: Page): Promise<number[]> =>
  page.evaluate(`(async () => {
    const sections = [...document.querySelectorAll('section')];
    const times = [];
    for (const section of sections) {
      section.scrollIntoView();
      const end = performance.now() + ${1000 * seconds} / sections.length;
      let last = await new Promise(requestAnimationFrame);
      while (last < end) {
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
    }
    return times;
  })()`);

/** Both networks in Node, at the same time: their images a second. */
async function measureNode(): Promise<number[]> {
  const children = norms.map((norm) => {
    const given = [
      fileURLToPath(import.meta.url),
      '--child',
      norm,
      '--seconds',
      flags.seconds,
      '--hash',
      flags.hash,
    ];
    return spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
  });
  return (await Promise.all(children.map((child) => text(child.stdout)))).map(Number);
}

/** One network, in a process of its own. */
async function train(norm: Norm): Promise<number> {
  setDevice(await openDevice('wasm', { threads }));
  const session = sessionOf(flags.hash, norm);
  const speeds: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) speeds.push((await session.update()).imagesPerS);
  return median(speeds.slice(WARM_UP));
}

function framesInWords(frames: readonly number[]): string {
  const late = frames.toSorted((a, b) => a - b)[Math.floor(0.95 * frames.length)];
  return `median ${rounded(median(frames), 1)} ms, 95th percentile ${rounded(late, 1)} ms of ${frames.length}`;
}

async function compare(folder: string): Promise<void> {
  buildSite(folder);
  console.log(`frames of a page at rest: ${framesInWords(await framesAtRest(folder))}`);
  const ratios: number[][] = norms.map(() => []);
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const { first, frames, speeds } = await measurePage(folder);
    const node = await measureNode();
    console.log(`first update after ${rounded(first, 0)} ms; frames: ${framesInWords(frames)}`);
    for (const [i, norm] of norms.entries()) {
      ratios[i].push(speeds[i] / node[i]);
      console.log(
        `  ${norm}: ${rounded(speeds[i], 1)} images/s, in Node ${rounded(node[i], 1)}: ${rounded(speeds[i] / node[i])}`,
      );
    }
  }
  const medians = norms.map((norm, i) => `${norm} ${rounded(median(ratios[i]))}`);
  console.log(
    `${threads} threads for each network; page ÷ Node, median of ${flags.pairs}: ${medians.join(', ')}`,
  );
}

if (flags.child) {
  console.log(await train(flags.child as Norm));
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), 'mixgrad-laboratory-'));
try {
  await compare(folder);
} finally {
  rmSync(folder, { recursive: true });
}
