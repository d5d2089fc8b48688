// The wasm device in a page of headless Chromium, with threads and without. Skipped where there is no Chromium.
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { Device } from '../../../../kernels/devices/device.js';
import { relaxedSimdValidates } from '../../../../kernels/devices/wasm/open.js';
import type { WasmOptions } from '../../../../kernels/devices/wasm/options.js';
import { ThreadPool } from '../../../../kernels/devices/wasm/threads/pool.js';
import { digests } from './page/kernels.js';
import { type prefixes, type Site, serve } from './page/server.js';

const executablePath = process.env.MIXGRAD_CHROMIUM ?? '/usr/bin/chromium';
const skip = !existsSync(executablePath) && `no Chromium at ${executablePath}; MIXGRAD_CHROMIUM may name one`;

let site: Site;
let browser: Browser;
if (!skip) {
  site = await serve();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  t.teardown(async () => {
    await browser.close();
    site.close();
  });
}

/** A test in a new page. The page's main thread may hang, so there is a limit. */
function inPage(prefix: keyof typeof prefixes, title: string, body: (t: Test, page: Page) => Promise<void>) {
  t.test(title, { skip, timeout: 60_000 }, async (t) => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/${prefix}/page.html`);
    await body(t, page);
    await page.close();
  });
}

const kernelsUrl = './test/kernels/devices/wasm/page/kernels.js';
const workerUrl = './test/kernels/devices/wasm/page/worker.js';

/** digests(), on the main thread of the page. */
const onMain = (page: Page, options: WasmOptions) =>
  page.evaluate(
    async ([url, options]) => (await import(new URL(url, document.baseURI).href)).digests(options),
    [kernelsUrl, options] as const,
  );

/** digests(), in a Web Worker of the page. */
const inWorker = (page: Page, options: WasmOptions) =>
  page.evaluate(
    ([url, options]) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(url, { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(options);
      }),
    [workerUrl, options] as const,
  );

/** Opens the device in the page and keeps it there as `device`; the number of threads, or the error. */
const open = (page: Page, options: WasmOptions = {}): Promise<number | string | undefined> =>
  page.evaluate(
    async ([url, options]) => {
      const { openWasm } = await import(new URL(url, document.baseURI).href);
      try {
        const device: Device = await openWasm(options);
        Object.assign(globalThis, { device });
        return device.threads;
      } catch (error) {
        return String(error);
      }
    },
    ['./kernels/devices/wasm/open.js', options] as const,
  );

/** trap() with that device. */
const trapped = (page: Page, size: number): Promise<{ error: string; works: boolean }> =>
  page.evaluate(
    async ([url, size]) => {
      const { trap } = await import(new URL(url, document.baseURI).href);
      return trap((globalThis as unknown as { device: Device }).device, size);
    },
    [kernelsUrl, size] as const,
  );

/** Asks again and again until something holds, for at most 20 seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let i = 0; i < 1000; i++) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** What Node computes on one thread, and which kernels that divides into jobs. */
async function expected(relaxed: boolean) {
  const { run } = ThreadPool.prototype;
  const divided = new Set<string>();
  ThreadPool.prototype.run = function (call) {
    if (call.jobs > 1) divided.add(call.name);
    run.call(this, call);
  };
  const { found } = await digests({ relaxed, threads: 1 });
  ThreadPool.prototype.run = run;
  return { found, divided };
}

/** The engine functions that are called in several jobs. */
const divided = [
  'conv2d',
  'conv2dGradWeightImages',
  'matmul',
  'maxPool2dIndex',
  'mixtureMoments',
  'standardizeGradInput',
  'sub',
  'sumParts',
  'winogradBlocks',
  'winogradFilters',
  'winogradWeightRows',
  'winogradWeightSums',
  'winogradWeightTiles',
];

for (const relaxed of relaxedSimdValidates() ? [true, false] : [false]) {
  const build = relaxed ? 'relaxed SIMD' : 'plain SIMD';
  const inNode = await expected(relaxed);

  t.test(`${build}: every result compared below is a different one, of several jobs`, async (t) => {
    t.equal(new Set(inNode.found.map(([, digest]) => digest)).size, 9);
    t.same([...inNode.divided].sort(), divided);
  });

  for (const [where, compute] of [
    ['on the main thread', onMain],
    ['in a Web Worker', inWorker],
  ] as const) {
    for (const threads of [1, 2, 3]) {
      inPage('isolated', `${build}: threads: ${threads} ${where} gives the bits of Node`, async (t, page) => {
        site.requests.length = 0;
        t.same(await compute(page, { relaxed, threads }), { threads, found: inNode.found });
        const name = `engine${relaxed ? '-relaxed' : ''}${threads > 1 ? '-threads' : ''}.wasm`;
        const engines = site.requests.filter((path) => path.includes('.wasm'));
        t.same(new Set(engines), new Set([`kernels/engine/${name}.js`]));
      });
    }
  }
}

inPage('isolated', 'an isolated page takes one thread for each core', async (t, page) => {
  t.equal(await open(page), await page.evaluate(() => navigator.hardwareConcurrency));
});

inPage(
  'plain',
  'a page that is not isolated computes on one thread, and says what more would need',
  async (t, page) => {
    const relaxed = relaxedSimdValidates();
    t.same(await onMain(page, { relaxed }), { threads: 1, found: (await expected(relaxed)).found });
    const error = await open(page, { threads: 2 });
    t.match(error, /^DeviceError: wasm: threads is 2, expected 1/);
    t.match(error, 'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp');
  },
);

inPage('isolated', 'close() ends the workers', async (t, page) => {
  t.equal(await open(page, { threads: 3 }), 3);
  t.equal(page.workers().length, 2);
  await page.evaluate(() => (globalThis as unknown as { device: Device }).device.close());
  t.ok(await until(() => page.workers().length === 0));
});

inPage('isolated', 'a job that traps is an error at the caller, and the pool works on', async (t, page) => {
  const printed: string[] = [];
  page.on('console', (message) => printed.push(message.text()));
  await open(page, { threads: 3 });
  for (const size of [64, 64 * 1024]) {
    const { error, works } = await trapped(page, size);
    t.match(error, 'DeviceError: wasm: exp failed');
    t.ok(works);
  }
  // Who takes a job is a matter of luck. A trap prints the stack, which tells whose it was.
  const byWorker = () => printed.some((text) => text.includes('RuntimeError') && text.includes('blob:'));
  for (let i = 0; i < 200 && !byWorker(); i++) {
    const { error, works } = await trapped(page, 64 * 1024);
    if (!works || !/exp failed/.test(error)) t.fail(error);
  }
  t.ok(byWorker(), 'a worker takes part');
});

for (const [prefix, what, reason] of [
  ['no-worker', 'the page refuses', 'worker-src blob:'],
  ['bad-worker', 'throws', 'not today'],
] as const) {
  inPage(prefix, `a worker whose script ${what} is an error where the device is opened`, async (t, page) => {
    const error = await open(page, { threads: 3 });
    t.match(error, /^DeviceError: wasm: worker thread \d does not start: /);
    t.match(error, reason);
    t.ok(await until(() => page.workers().length === 0), 'the others are ended');
    t.equal(await open(page, { threads: 1 }), 1);
  });
}

inPage('short-worker', 'a worker that ends is an error at the next kernel', async (t, page) => {
  t.equal(await open(page, { threads: 2 }), 2);
  let error = '';
  const throws = async () => {
    error = await trapped(page, 64).then(() => '', String);
    return error !== '';
  };
  t.ok(await until(throws));
  t.match(error, /DeviceError: wasm: worker thread 1 has ended: .*too tired/);
});
