// Times training in a page beside TensorFlow.js and jax-js, in turn: node dist/test/tools/other-pages.js FOLDER [ROUNDS]
// FOLDER is where npm installed @jax-js/jax, @tensorflow/tfjs-core, tfjs-backend-cpu and tfjs-backend-wasm.
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { median } from '../../models/study/summary.js';
import { launch } from '../models/report/pages.js';
import { bytesLoaded, type Site, serve } from '../package/site.js';

const SOURCES = resolve('test/tools/other-pages');
const pages = ['mixgrad', 'jax-js', 'tfjs'] as const;
const networks = ['mlp', 'convnet'] as const;
/** Updates at least, and milliseconds at least: before the first that counts, when browsers still compile, and of a round. */
const [WARM, ROUND] = [
  [3, 4000],
  [3, 1000],
] as const;
const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

interface Trained {
  losses: number[];
  ms: number[];
}

/** Bundles a page program into a folder. */
async function bundle(name: string, modules: string, out: string): Promise<void> {
  const path = '@tensorflow/tfjs-backend-wasm/dist';
  await build({
    entryPoints: [join(SOURCES, `${name}.js`)],
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', target: 'es2022', outdir: out },
    ...{ nodePaths: [modules], alias: { mixgrad: resolve('dist/browser/index.js') }, logLevel: 'error' },
    external: ['node:*', 'fs', 'path', 'os', 'util', 'worker_threads', 'perf_hooks', 'url'],
  });
  if (name === 'tfjs')
    for (const file of readdirSync(join(modules, path)))
      if (file.endsWith('.wasm')) cpSync(join(modules, path, file), join(out, file));
  writeFileSync(join(out, 'index.html'), '<!doctype html><title>training</title>');
}

const train = (
  page: Page,
  name: string,
  network: string,
  span: readonly [number, number],
): Promise<Trained> =>
  page.evaluate(`import('./${name}.js').then(({ train }) => train('${network}', ${span}))`);

/** One page in one browser, with what it has shown. */
interface Subject {
  name: (typeof pages)[number];
  page: Page;
  site: Site;
  /** Milliseconds of an update, by round. */
  ms: Record<string, number[]>;
  losses: Record<string, number[]>;
}

/** The same weights on the same images: what the losses are must be the same too. */
function compareLosses(subjects: readonly Subject[], network: string): void {
  const [first, ...others] = subjects;
  for (const { name, losses } of others)
    for (const [i, loss] of losses[network].entries())
      if (!(Math.abs(loss - first.losses[network][i]) <= 1e-3 * loss))
        throw new Error(
          `${name}, ${network}: loss ${i} is ${loss}, ${first.name} has ${first.losses[network][i]}`,
        );
}

async function round(subjects: readonly Subject[], network: string, isFirst: boolean): Promise<void> {
  for (const { name, page, ms, losses } of subjects) {
    if (isFirst) losses[network] = (await train(page, name, network, WARM)).losses.slice(0, WARM[0]);
    ms[network] ??= [];
    ms[network].push(median((await train(page, name, network, ROUND)).ms));
  }
  if (isFirst) compareLosses(subjects, network);
}

/** A table for each network, by pages with these headers. */
async function measure(folder: string, headers: Record<string, string>, rounds: number): Promise<void> {
  const browser = await launch();
  const subjects: Subject[] = [];
  try {
    for (const name of pages) {
      const site = await serve(join(folder, name), headers);
      const page = await browser.newPage();
      await page.goto(`${site.url}index.html`);
      subjects.push({ name, page, site, ms: {}, losses: {} });
    }
    for (const network of networks) {
      for (let i = 0; i < rounds; i++) await round(subjects, network, i === 0);
      const [ours] = subjects;
      console.log(
        `\n| ${network} | ms an update | median ratio to mixgrad's | bytes loaded |\n| --- | --- | --- | --- |`,
      );
      for (const { name, ms, site } of subjects) {
        const ratios = ms[network].map((own, i) => own / ours.ms[network][i]);
        const [time, ratio] = [median(ms[network]), median(ratios)].map((x) => x.toPrecision(3));
        console.log(`| ${name} | ${time} | ${ratio} | ${bytesLoaded(site).toLocaleString('en')} |`);
      }
    }
  } finally {
    for (const { site } of subjects) site.close();
    await browser.close();
  }
}

const [modules, rounds = '10'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'other-pages-'));
try {
  for (const name of pages) await bundle(name, resolve(modules, 'node_modules'), join(folder, name));
  for (const headers of [isolated, {}]) {
    console.log(headers === isolated ? '\nWith threads:' : '\nWith one thread:');
    await measure(folder, headers, Number(rounds));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
