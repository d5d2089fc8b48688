// After the compiler: dist/bundle/ is the package in Node, dist/browser/ in pages; GPU.js and ml-matrix as one file each, which
// as dependencies would bring megabytes and second copies; and the modules that hold texts.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { shakable, writeMarks } from './shakable.js';

const devices = 'dist/kernels/devices';
const engine = 'dist/kernels/engine';
const report = 'dist/models/report/page';

/** Writes a module whose default export is a value. */
function writeModule(file, value) {
  writeFileSync(file, `export default ${JSON.stringify(value)};\n`);
}

/** The engine as modules: what every bundler and every server knows. */
function writeEngines() {
  for (const name of readdirSync(engine).filter((name) => name.endsWith('.wasm'))) {
    const bytes = readFileSync(join(engine, name));
    writeModule(
      join(engine, `${name}.js`),
      deflateRawSync(bytes, { level: 9, memLevel: 9 }).toString('base64'),
    );
  }
}

/** A program or a style sheet for pages, as a text. */
async function writeText(entry, file) {
  const options = { bundle: true, format: 'iife', target: 'es2022', minify: true, write: false };
  const { outputFiles } = await build({ ...options, entryPoints: [entry] });
  writeModule(file, outputFiles[0].text);
}

/** The bodies of kernels, as texts. */
async function writeBodies() {
  const { kernels } = await import('../dist/kernels/index.js');
  const texts = Object.entries(kernels).map(([name, { body }]) => [name, body.toString()]);
  writeModule(`${devices}/bodies.text.js`, Object.fromEntries(texts));
}

/** Minifiers rename classes, and messages name them: each exported class is given its name as a value. */
const named = (text) => text.replace(/^export class (\w+).* \{$/gm, '$&static name = "$1";');

/** The library's modules, changed. */
const modules = (change) => ({
  name: 'modules',
  setup({ onLoad }) {
    onLoad({ filter: /dist[\\/](lib|kernels)[\\/][\w\\/-]+\.js$/ }, async ({ path }) => ({
      contents: await change(path),
      resolveDir: dirname(path),
    }));
  },
});

/** What some packages look for and do without. */
const without = {
  name: 'without',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(crypto|gl|os|worker_threads)$/ }, ({ path }) => ({
      path,
      namespace: 'empty',
    }));
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }));
  },
};

/** GPU.js is the file beside the page's bundle, for whoever opens one of its devices. */
const gpujsBeside = {
  name: 'gpu.js beside',
  setup({ onResolve }) {
    onResolve({ filter: /^#gpu\.js$/ }, () => ({ path: './gpu.js', external: true }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const both = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  logLevel: 'warning',
  metafile: true,
};
const library = { ...both, entryPoints: ['dist/lib/index.js'], splitting: true, sourcemap: true };

/** What a program takes from packages, as one file. */
const vendor = (contents, name, outfile) =>
  build({
    ...both,
    stdin: { contents, resolveDir: `node_modules/${name}` },
    minify: true,
    plugins: [without],
    outfile,
  });

/** A comment at the head of a file that says whose it is. */
const HEAD = /^(\/\/.*\n)+|^\/\*[\s\S]*?\*\//;
/** The text that a package names when it has none. */
const APACHE = 'node_modules/@biomejs/biome/LICENSE-APACHE';

/** The licence of a package: a file, the end of its README, or what its package.json and the heads of these files say. */
function licenceOf(folder, { license, author }, inputs) {
  const files = readdirSync(folder);
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const own = files.find((file) => /^licen[cs]e/i.test(file));
  const text = own
    ? read(own)
    : /^licen[cs]e[\s\S]*/im.exec(read(files.find((file) => /^readme/i.test(file))))?.[0];
  if (text) return text.trim();
  if (!license) throw new Error(`${folder}: no licence to pass on`);
  const heads = inputs.map((path) => HEAD.exec(readFileSync(path, 'utf8'))?.[0].trim());
  const said = heads.filter((head) => /copyright|licen[cs]e/i.test(head));
  const full = license.includes('Apache-2.0') ? [readFileSync(APACHE, 'utf8').trim()] : [];
  const by = typeof author === 'object' ? `, by ${author.name}` : '';
  return [`Licence: ${license}${by}`, ...new Set(said), ...full].join('\n\n');
}

/** The licences of the packages that bundles contain. */
function writeNotices(bundles) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folderOf = (path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];
  const notices = [...new Set(inputs.map(folderOf))].filter(Boolean).map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const own = inputs.filter((path) => folderOf(path) === folder);
    return `${manifest.name} ${manifest.version}\n\n${licenceOf(folder, manifest, own)}\n`;
  });
  const head = 'The files of dist/browser/ and dist/vendor/ contain code of these packages.\n';
  writeFileSync('dist/THIRD-PARTY-NOTICES.txt', [head, ...notices].join(`\n${'-'.repeat(80)}\n\n`));
}

writeEngines();
await writeText(`${devices}/platform/page-worker.js`, `${devices}/platform/page-worker.text.js`);
await writeText(`${report}/script.js`, `${report}/script.text.js`);
await writeText('models/report/page/style.css', `${report}/style.text.js`);
await writeBodies();
await build({
  ...library,
  packages: 'external',
  external: ['#platform', '#gpu.js'],
  outdir: 'dist/bundle',
  plugins: [modules((path) => named(readFileSync(path, 'utf8')))],
});
const browser = await build({
  ...library,
  minify: true,
  outdir: 'dist/browser',
  plugins: [modules(async (path) => named(await shakable(path))), gpujsBeside, without],
});
writeMarks(Object.keys(browser.metafile.outputs).filter((file) => file.endsWith('.js')));
const gpujs = `export { GPU, WebGPUBufferResult, WebGPUContext } from 'gpu.js';
  export const { parse } = require('acorn');`;
const matrices = "export { EigenvalueDecomposition, Matrix } from 'ml-matrix';";
writeNotices([
  browser,
  await vendor(gpujs, 'gpu.js', 'dist/browser/gpu.js'),
  await vendor(matrices, 'ml-matrix', 'dist/vendor/ml-matrix.js'),
]);
