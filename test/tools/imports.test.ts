// What importing mixgrad loads: nothing of GPU.js, no modules of Node in a page, and nothing that makes others wait.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawnSync } from '../processes.js';
import { Files } from './imports.js';

const files = new Files(['dist/lib', 'dist/kernels', 'dist/bundle', 'dist/browser']);
t.teardown(() => files.close());

// A file that awaits at its top level makes all that import it wait, and files that import each other wait for ever.
const entries: [entry: string, condition: string, packages: string[]][] = [
  [
    'dist/lib/index.js',
    'node',
    ['ndarray', 'node:fs', 'node:os', 'node:v8', 'node:worker_threads', 'seedrandom/seedrandom.js'],
  ],
  ['dist/lib/index.js', 'default', ['ndarray', 'seedrandom/seedrandom.js']],
  [
    'dist/bundle/index.js',
    'node',
    ['ndarray', 'node:fs', 'node:os', 'node:v8', 'node:worker_threads', 'seedrandom/seedrandom.js'],
  ],
  ['dist/browser/index.js', 'default', []],
  ['dist/kernels/devices/platform/node-worker.js', 'node', ['node:worker_threads']],
  ['dist/kernels/devices/platform/page-worker.js', 'default', []],
  ['dist/kernels/devices/gpujs.js', 'default', []],
  ['dist/kernels/devices/webgpu.js', 'default', []],
  ['dist/browser/gpu.js', 'default', []],
];
for (const [entry, condition, packages] of entries) {
  t.test(
    `${entry}, condition ${condition}: only these packages, and no await at the top level`,
    async (t) => {
      const loaded = files.load(entry, condition);
      t.same(loaded.packages.sort(), packages);
      t.same(loaded.awaiting, []);
    },
  );
}

t.test('what the package gives is a bundle, of few files', async (t) => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const [condition, entry] of [
    ['node', './dist/bundle/index.js'],
    ['default', './dist/browser/index.js'],
  ]) {
    t.equal(exports['.'][condition], entry);
    const { files: loaded } = files.load(entry, condition);
    t.ok(loaded.length < 8, `${loaded.length} files`);
  }
  t.ok(files.load('dist/lib/index.js', 'node').files.length > 50, 'made of many');
});

t.test('a program loads one platform, its workers none', async (t) => {
  const platforms = join(process.cwd(), 'dist/kernels/devices/platform');
  const found = (entry: string, condition: string) =>
    files.load(entry, condition).files.filter((file) => file.startsWith(platforms));
  for (const [platform, condition] of [
    ['node', 'node'],
    ['page', 'default'],
  ]) {
    t.same(found('dist/lib/index.js', condition), [join(platforms, `${platform}.js`)]);
    const worker = join(platforms, `${platform}-worker.js`);
    t.same(found(worker, condition), [worker]);
  }
});

t.test('the walk finds what it looks for', async (t) => {
  const folder = t.testdir({
    'entry.js':
      "import { b } from './deep/b.js';\nexport * from 'gpu.js';\nexport const a = async () => await b;\n",
    deep: {
      'b.js': "import '../c.js';\nimport '../d.js';\nexport { x as b } from '../e.js';\n",
    },
    'c.js': 'const c = await 1;\n',
    'd.js': "if (true) {\n  for await (const d of []) console.log(d);\n}\nimport './entry.js';\n",
    'e.js':
      "export const x = () => import('elsewhere');\nclass E {\n  async f() {\n    await 1;\n  }\n}\nnew E();\n",
  });
  const fixture = new Files([folder]);
  t.teardown(() => fixture.close());
  const { files, packages, awaiting } = fixture.load(join(folder, 'entry.js'), 'node');
  t.same(files.map((file) => file.slice(folder.length + 1)).sort(), [
    'c.js',
    'd.js',
    'deep/b.js',
    'e.js',
    'entry.js',
  ]);
  t.same(packages, ['gpu.js']);
  t.same(awaiting.sort(), [join(folder, 'c.js'), join(folder, 'd.js')]);
});

/** A hook of Node's loader that tells of GPU.js. */
const hook = `
  import { writeSync } from 'node:fs';
  export function load(url, context, next) {
    if (url.endsWith('/gpu.js')) writeSync(1, 'GPU.js\\n');
    return next(url, context);
  }`;

t.test('GPU.js is loaded by who opens its device, and by nobody else', async (t) => {
  const adapter = new URL('../../kernels/devices/gpu-adapter.js', import.meta.url);
  const program = `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
    const { openDevice } = await import('mixgrad');
    const { whyNoGpu } = await import('${adapter}');
    for (const name of ['wasm', 'reference']) (await openDevice(name)).close();
    await whyNoGpu();
    console.log('not yet');
    (await openDevice('gpujs-cpu')).close();
  `;
  const args = ['--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30000 });
  t.same({ stdout, stderr }, { stdout: 'not yet\nGPU.js\n', stderr: '' });
});
