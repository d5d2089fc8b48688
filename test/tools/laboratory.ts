// Measures the laboratory's page in headless Chromium, and in turn the same experiment in Node, each network in a process:
// node dist/test/tools/laboratory.js [--pairs 3] [--seconds 20] [--hash '#width=16']
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openDevice, setDevice } from '../../lib/index.js';
import { median, rounded } from '../../models/bench/figures.js';
import { launch } from '../models/report/pages.js';
import { bytesLoaded, serve } from '../package/site.js';
import { isolated, SITE } from '../site/built.js';
import { hearing, type Norm, norms, sessionOf, updatesOf } from '../site/lab-page.js';

const { values: flags } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    hash: { type: 'string', default: '' },
    /** What a process that this one starts is to do. */
    part: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
/** As many as the page gives each network. */
const threads = Math.max(1, Math.floor(availableParallelism() / 2));

/** What a page that trains has shown: milliseconds, and images a second of each network. */
interface Measured {
  /** From the address to the first update of both networks, Start being pressed at once. */
  first: number;
  /** Loaded until then. */
  bytes: number;
  frames: number[];
  /** The share of the time that the page's own thread computed: script, style, layout and drawing. */
  busy: number;
  speeds: number[];
}

/** The site as `npm run site` built it, isolated, and a page that notes the updates its workers tell of. */
async function openSite() {
  const [browser, site] = [await launch(), await serve(SITE, isolated)];
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.addInitScript(hearing);
  const close = () => Promise.all([browser.close(), site.close()]);
  return { page, url: `${site.url}lab.html`, site, close };
}

/** The frames of a page at rest. */
async function framesAtRest(): Promise<number[]> {
  const { page, url, close } = await openSite();
  try {
    await page.goto(url + flags.hash);
    return await framesOf(page);
  } finally {
    await close();
  }
}

/** The page, on which every section is looked at for as long. */
async function measurePage(): Promise<Measured> {
  const { page, url, site, close } = await openSite();
  try {
    await page.addInitScript("addEventListener('load', () => document.getElementById('run').click())");
    await page.goto(url + flags.hash);
    await page.waitForFunction('heard.length === 2 && heard.every((own) => own.length > 0)');
    const bytes = bytesLoaded(site);
    const busySeconds = await watchThread(page);
    const before = await busySeconds();
    const frames = await framesOf(page);
    const busy = ((await busySeconds()) - before) / seconds;
    const updates = await updatesOf(page);
    const first = Math.max(...updates.map(([{ at }]) => at));
    const speeds = updates.map((own) => speedOf(own.map(({ imagesPerS }) => imagesPerS)));
    return { first, bytes, frames, busy, speeds };
  } finally {
    await close();
  }
}

/** Tells the processor time that the page's own thread has had, in seconds: what else the machine does is not in it. */
async function watchThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
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

/** This program again, for one network or for both; what it prints. */
function again(what: string, options: { detached?: boolean } = {}): Promise<string> {
  const given = ['--part', what, '--seconds', flags.seconds, '--hash', flags.hash];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...given], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], ...options },
  });
  return text(child.stdout!);
}

/**
 * Both networks in Node, at the same time: their images a second. They are a session of their own, as Chromium is: Linux divides a
 * busy machine among sessions.
 */
const measureNode = async (): Promise<number[]> => JSON.parse(await again('both', { detached: true }));

/** One network, in a process of its own. */
async function train(norm: Norm): Promise<number> {
  setDevice(await openDevice('wasm', { threads }));
  const session = sessionOf(flags.hash, norm);
  const speeds: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) speeds.push((await session.update()).imagesPerS);
  return speedOf(speeds);
}

/** The median of the second half: what runs often is compiled by then. */
const speedOf = (speeds: readonly number[]): number => median(speeds.slice(speeds.length >> 1));

function framesInWords(frames: readonly number[]): string {
  const late = frames.toSorted((a, b) => a - b)[Math.floor(0.95 * frames.length)];
  return `median ${rounded(median(frames), 1)} ms, 95th percentile ${rounded(late, 1)} ms of ${frames.length}`;
}

async function compare(): Promise<void> {
  console.log(`frames of a page at rest: ${framesInWords(await framesAtRest())}`);
  const ratios: number[][] = norms.map(() => []);
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const { first, bytes, frames, busy, speeds } = await measurePage();
    const node = await measureNode();
    const thread = `page's thread busy ${rounded(100 * busy, 0)} %`;
    const until = `first update after ${rounded(first, 0)} ms and ${bytes.toLocaleString('en')} bytes`;
    console.log(`${until}; frames: ${framesInWords(frames)}; ${thread}`);
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

if (flags.part) {
  const both = async () => JSON.stringify((await Promise.all(norms.map((norm) => again(norm)))).map(Number));
  console.log(flags.part === 'both' ? await both() : await train(flags.part as Norm));
  process.exit();
}
await compare();
