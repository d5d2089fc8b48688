// The installed package in pages of headless Chromium, built as docs/pages.md says, from a static server's subfolder.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { createServer } from 'vite';
import { exec } from '../processes.js';
import type { Consumer } from './consumer.js';
import { type Recipe, recipe } from './recipes.js';
import { type Site, serve } from './site.js';

const executablePath = process.env.MIXGRAD_CHROMIUM ?? '/usr/bin/chromium';
export const noChromium =
  !existsSync(executablePath) && `no Chromium at ${executablePath}; MIXGRAD_CHROMIUM may name one`;

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What main.js has computed, and what train.js computes in Node. */
export interface Trained {
  losses: number[];
  net: string;
}
type Ran = Trained & { threads: number; message: string };

/** Starts a browser; webgpu asks for its software renderer. */
export const launch = (webgpu = false): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', ...(webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : [])],
  });

/** Writes the page of a recipe into a folder and runs its command there, with the project's bundlers. */
export async function build(folder: string, { command, tags }: Recipe): Promise<void> {
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>mixgrad</title>\n${tags}\n`);
  const PATH = `${join(process.cwd(), 'node_modules', '.bin')}:${process.env.PATH}`;
  const env = { ...process.env, PATH };
  await promisify(exec)(`unset NODE_OPTIONS; ${command.replaceAll('npx ', '')}`, {
    cwd: folder,
    env,
    maxBuffer: 2 ** 24,
  });
}

/** Opens a page and waits for what its program computes; fails on anything written to the console as an error. */
export async function visit(t: Test, page: Page, url: string): Promise<Ran> {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`${error.stack}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico'))
      errors.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction(() => 'ran' in globalThis, null, { timeout: 20_000 }).catch(() => {});
  t.same(errors, [], 'no errors in the console');
  return page.evaluate(() => (globalThis as unknown as { ran: Promise<Ran> }).ran);
}

/** What a page computes on a device, or its error. */
type OnDevice = { losses: number[]; own: number[]; error?: undefined } | { error: string };
const onDevice = (page: Page, name: string): Promise<OnDevice> =>
  page.evaluate(
    (name) => (globalThis as unknown as { onDevice(name: string): Promise<OnDevice> }).onDevice(name),
    name,
  );

/** Bytes of what a page loaded, as servers compress it. */
const downloaded = (files: Iterable<string>): number =>
  [...files]
    .filter((file) => file.endsWith('.js'))
    .reduce((total, file) => total + gzipSync(readFileSync(file), { level: 9 }).length, 0);

/** GPU.js, where a file has it. */
const hasGpujs = (file: string) => readFileSync(file, 'utf8').includes('setLoopMaxIterations');

/**
 * The most that a page may load, in bytes after gzip, without GPU.js: what it uses of the library and an engine, or, without a
 * bundler, all of it. docs/pages.md has what they load.
 */
const DOWNLOAD: Readonly<Record<string, number>> = {
  Vite: 76_600,
  esbuild: 78_400,
  Rollup: 78_100,
  webpack: 76_600,
  'Without a bundler': 105_100,
};

/** What Node computes, for pages to be held against. */
async function inNode(consumer: Consumer): Promise<Trained> {
  const program = `
    import { openDevice } from 'mixgrad';
    import { train } from './train.js';
    console.log(JSON.stringify(await train(await openDevice('wasm'), 20)));`;
  const { stdout, stderr } = await consumer.node('--input-type=module', '-e', program);
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

function checkRun(t: Test, { losses, net, message }: Ran, expected: Trained): void {
  t.same(losses, expected.losses, 'the bits of Node');
  t.ok(losses[19] < losses[0] / 100, `the loss falls from ${losses[0]} to ${losses[19]}`);
  t.equal(net, expected.net, 'names of classes');
  t.equal(message, "OptionError: sum: no option 'dim'; it has axis, keepDims");
}

/** GPU.js in the page: the library's kernels, which no minifier reaches, and one of the page's own, which it does. */
async function checkGpujs(t: Test, page: Page, site: Site, expected: Trained): Promise<void> {
  t.notOk([...site.requests].some(hasGpujs), 'GPU.js is not loaded before');
  for (const name of ['gpujs-cpu', 'gpujs-webasm']) {
    const found = await onDevice(page, name);
    t.equal(found.error, undefined, name);
    if (found.error !== undefined) continue;
    const near = found.losses.every((loss, i) => Math.abs(loss - expected.losses[i]) < 1e-5);
    t.ok(near, `${name}: ${found.losses} is near ${expected.losses.slice(0, 2)}`);
    t.same(found.own, [26.375, 45.25, 90.5, 181], `${name}: a kernel of the page's own`);
  }
  t.ok([...site.requests].some(hasGpujs), 'and loaded now');
}

/** Under this policy the engine and its threads work. docs/pages.md names it. */
const policy = {
  ...isolation,
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:",
};

/** How a page is made, where it lies then, and the headers of a server that isolates it. */
const ways: [heading: string, output: string, isolating: Record<string, string>][] = [
  ['Vite', 'dist', policy],
  ['esbuild', '', policy],
  ['Rollup', '', isolation],
  ['webpack', '', isolation],
  ['Without a bundler', '', isolation],
];

/** A page made in one way, from a server that isolates it and from one that does not. */
async function testWay(
  t: Test,
  folder: string,
  isolating: Record<string, string>,
  limit: number,
  all: Shared,
): Promise<void> {
  for (const headers of [{}, isolating]) {
    const site = await serve(folder, headers);
    const page = await all.browser.newPage();
    const ran = await visit(t, page, `${site.url}index.html`);
    checkRun(t, ran, all.expected);
    const threads = headers === isolating ? await page.evaluate(() => navigator.hardwareConcurrency) : 1;
    t.equal(ran.threads, threads, `${threads} threads`);
    const bytes = downloaded(site.requests);
    t.ok(bytes < limit, `${bytes} bytes after gzip`);
    if (headers !== isolating) await checkGpujs(t, page, site, all.expected);
    await page.close();
    site.close();
  }
}

/** What all tests of pages share. */
interface Shared {
  browser: Browser;
  expected: Trained;
}

/** Vite's development server, with the settings that isolate. */
async function testViteServer(t: Test, { folder }: Consumer, { browser, expected }: Shared): Promise<void> {
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><title>mixgrad</title>\n${recipe('Vite').tags}\n`,
  );
  writeFileSync(join(folder, 'vite.config.js'), recipe('Threads').program);
  const server = await createServer({
    root: folder,
    server: { host: '127.0.0.1', port: 0 },
    logLevel: 'error',
  });
  t.teardown(() => server.close());
  await server.listen();
  const page = await browser.newPage();
  const ran = await visit(t, page, server.resolvedUrls!.local[0]);
  checkRun(t, ran, expected);
  t.equal(ran.threads, await page.evaluate(() => navigator.hardwareConcurrency));
  await page.close();
}

/** A page whose own worker trains, as docs/pages.md says. */
async function testWorker(t: Test, consumer: Consumer, bundler: string, shared: Shared): Promise<void> {
  const folder = consumer.copy(`${bundler} worker`);
  const { program, command } = recipe('In a Web Worker');
  const { tags, ...own } = recipe(bundler);
  writeFileSync(join(folder, 'vite.config.js'), program);
  copyFileSync(join(folder, 'in-worker.js'), join(folder, 'main.js'));
  // In development webpack does not minify, which would take half a minute once more.
  const line = bundler === 'esbuild' ? command : own.command.replace('production', 'development');
  await build(folder, { tags, command: line, program: '' });
  const site = await serve(bundler === 'Vite' ? join(folder, 'dist') : folder, isolation);
  const page = await shared.browser.newPage();
  const ran = await visit(t, page, `${site.url}index.html`);
  t.same(ran.losses, shared.expected.losses, 'the bits of Node');
  t.equal(ran.net, shared.expected.net);
  t.equal(ran.threads, await page.evaluate(() => navigator.hardwareConcurrency));
  await page.close();
  site.close();
}

/** exportOnnx in a page: its code is loaded when it is called. */
async function testOnnx(t: Test, folder: string, { browser }: Shared): Promise<void> {
  const site = await serve(folder);
  t.teardown(() => site.close());
  const page = await browser.newPage();
  await visit(t, page, `${site.url}index.html`);
  const loaded = () => [...site.requests].filter((file) => /export-.*\.js$/.test(file)).length;
  t.equal(loaded(), 0, 'not before');
  const written = await page.evaluate(async () => {
    const path = './mixgrad/index.js';
    const { exportOnnx, Linear, openDevice, setDevice } = await import(new URL(path, location.href).href);
    setDevice(await openDevice('reference'));
    const file = await exportOnnx(new Linear(2, 3), { input: [1, 2] });
    return new TextDecoder('latin1').decode(file);
  });
  t.match(written, 'MatMul');
  t.equal(loaded(), 1);
  await page.close();
}

/** coi-serviceworker isolates a page whose server sends no headers. */
async function testServiceWorker(t: Test, folder: string, { browser, expected }: Shared): Promise<void> {
  const { tags } = recipe('Threads');
  const name = /src=".\/(.*?)"/.exec(tags)![1];
  copyFileSync(join('node_modules/coi-serviceworker', name), join(folder, name));
  const index = join(folder, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('<script', `${tags.trim()}\n<script`));
  const site = await serve(folder);
  const page = await browser.newPage();
  await page.goto(`${site.url}index.html`);
  // The first visit reloads the page.
  await page.waitForFunction(() => crossOriginIsolated && 'ran' in globalThis, null, { timeout: 20_000 });
  const ran = await page.evaluate(() => (globalThis as unknown as { ran: Promise<Ran> }).ran);
  checkRun(t, ran, expected);
  t.equal(ran.threads, await page.evaluate(() => navigator.hardwareConcurrency));
  await page.close();
  site.close();
}

/** The library from another origin: no worker thread could be started from a file there. */
async function testOtherOrigin(t: Test, folder: string, { browser, expected }: Shared): Promise<void> {
  const other = await serve(join(folder, 'mixgrad'), { 'Access-Control-Allow-Origin': '*' });
  const { tags } = recipe('Without a bundler');
  writeFileSync(join(folder, 'other.html'), `<!doctype html>\n${tags.replace('./mixgrad/', other.url)}\n`);
  const site = await serve(folder, isolation);
  const page = await browser.newPage();
  const ran = await visit(t, page, `${site.url}other.html`);
  checkRun(t, ran, expected);
  t.equal(ran.threads, await page.evaluate(() => navigator.hardwareConcurrency));
  t.ok([...other.requests].some((file) => file.includes('engine')));
  await page.close();
  for (const each of [site, other]) each.close();
}

/** The WebGPU device in a page, on the browser's software renderer. */
async function testWebgpu(t: Test, folder: string, { expected }: Shared): Promise<void> {
  const browser = await launch(true);
  t.teardown(() => browser.close());
  const site = await serve(folder);
  t.teardown(() => site.close());
  const page = await browser.newPage();
  await page.goto(`${site.url}index.html`);
  await page.waitForFunction(() => 'ran' in globalThis);
  const found = await onDevice(page, 'gpujs-webgpu');
  if (found.error !== undefined) {
    t.match(found.error, /^DeviceError: gpujs-webgpu: /);
    t.pass(`no WebGPU in this browser: ${found.error}`, { skip: found.error });
    return;
  }
  t.ok(
    found.losses.every((loss, i) => Math.abs(loss - expected.losses[i]) < 1e-4),
    `${found.losses}`,
  );
  t.same(found.own, [26.375, 45.25, 90.5, 181]);
}

/** The package in pages. */
export async function testPages(t: Test, consumer: Consumer): Promise<void> {
  const browser = await launch();
  t.teardown(() => browser.close());
  const shared = { browser, expected: await inNode(consumer) };
  for (const [heading, output, isolating] of ways) {
    t.test(`${heading}: a page as docs/pages.md says`, async (t) => {
      await build(consumer.copy(heading), recipe(heading));
      await testWay(t, consumer.path(heading, output), isolating, DOWNLOAD[heading], shared);
    });
  }
  t.test("Vite's development server", (t) => testViteServer(t, consumer, shared));
  t.test('esbuild without --splitting: larger, and it works', async (t) => {
    const { command, tags } = recipe('esbuild');
    const folder = consumer.copy('whole');
    await build(folder, { command: command.replace('--splitting', ''), tags, program: '' });
    const site = await serve(folder);
    const page = await browser.newPage();
    checkRun(t, await visit(t, page, `${site.url}index.html`), shared.expected);
    t.equal([...site.requests].filter((file) => file.endsWith('.js')).length, 1);
    await page.close();
    site.close();
  });
  for (const bundler of ['Vite', 'esbuild', 'webpack']) {
    t.test(`${bundler}: a Web Worker of the page's own`, (t) => testWorker(t, consumer, bundler, shared));
  }
  t.test('the library from another origin', (t) =>
    testOtherOrigin(t, consumer.path('Without a bundler'), shared),
  );
  t.test('exportOnnx', (t) => testOnnx(t, consumer.path('Without a bundler'), shared));
  t.test('coi-serviceworker', (t) => testServiceWorker(t, consumer.path('Without a bundler'), shared));
  t.test('gpujs-webgpu, after webpack', (t) => testWebgpu(t, consumer.path('webpack'), shared));
}
