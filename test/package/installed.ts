// The installed package in Node: what was installed, what is in it, its types, its devices, its programs.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import type { Consumer } from './consumer.js';

/** The most that may be installed, in bytes. */
const INSTALLED = 14e6;

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());

interface Manifest {
  name: string;
  scripts?: Record<string, string>;
}

function testSize(t: Test, consumer: Consumer): void {
  const files = filesIn(consumer.path('node_modules'));
  const bytes = files.reduce((total, file) => total + statSync(file).size, 0);
  t.ok(bytes < INSTALLED, `${bytes} bytes are installed`);
  // A package's own folder is one with a name in its package.json; a second copy would be a folder inside of a package.
  const manifests = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file));
  const packages = manifests.map((file): Manifest => JSON.parse(readFileSync(file, 'utf8')));
  const names = packages.map(({ name }) => name);
  t.ok(names.includes('mixgrad') && names.includes('seedrandom'), `${names}`);
  t.equal(new Set(names).size, names.length, 'one copy of each');
  for (const absent of ['gpu.js', 'gl', 'webgpu']) t.notOk(names.includes(absent), `no ${absent}`);
  for (const { name, scripts } of packages) {
    const run = ['preinstall', 'install', 'postinstall'].filter((script) => scripts?.[script]);
    t.same(run, [], `${name} runs nothing when it is installed`);
  }
}

function testFiles(t: Test, consumer: Consumer): void {
  const folder = consumer.path('node_modules', 'mixgrad');
  const files = filesIn(folder).map((file) => file.slice(folder.length + 1));
  for (const file of ['LICENSE', 'README.md', 'dist/THIRD-PARTY-NOTICES.txt', 'package.json']) {
    t.ok(files.includes(file), file);
  }
  t.same(
    files.filter((file) => /(^|\/)test\/|\.test\./.test(file)),
    [],
    'no tests',
  );
  const maps = files.filter((file) => file.endsWith('.map'));
  t.ok(maps.length > 50, 'source maps');
  for (const map of maps) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, map), 'utf8'));
    if (sourcesContent?.filter((content: unknown) => typeof content === 'string').length !== sources.length) {
      t.fail(`${map} lacks its sources`);
    }
  }
  for (const file of files.filter((file) => file.endsWith('.js'))) {
    const [, map] = /\n\/\/# sourceMappingURL=(.*)\s*$/.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
    if (map && !files.includes(join(dirname(file), map))) t.fail(`${file} names ${map}, which is not there`);
  }
  const { size } = statSync(join(folder, 'dist/browser/gpu.js'));
  t.ok(size < 700e3, `GPU.js is there once, in ${size} bytes`);
  const notices = readFileSync(join(folder, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const name of ['gpu.js', 'acorn', 'ndarray', 'seedrandom', 'onnx-buf', '@bufbuild/protobuf']) {
    t.ok(notices.includes(`\n${name} `), `the licence of ${name}`);
  }
}

const typed = `
import { BatchNorm1d, type Device, kernel, Linear, openDevice, type RandomState, run, Sequential, SGD, tensor, type Tensor } from 'mixgrad';

const device: Device = await openDevice('wasm', { threads: 1 });
const net = new Sequential(new Linear(2, 3, { device }), new BatchNorm1d(3, { device }));
const y: Tensor = net.forward(tensor([[1, 2], [3, 4]], { device })).sum();
const first: number = y.ndarray().get();
const half = kernel('half', function (x: ArrayLike<number>) { return x[0] / 2; }, ([shape]) => ({ shape }));
const z: Tensor = run(half, [y]);
declare const state: RandomState;
export const all: [number, Tensor, number[]] = [first, z, state.arc4.S];
// @ts-expect-error there is no such option
new SGD(net.parameters(), { rate: 1 });
`;

async function testTypes(t: Test, consumer: Consumer): Promise<void> {
  writeFileSync(consumer.path('typed.ts'), typed);
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
  const options = '--noEmit --strict --target es2022 --lib es2022 --types';
  for (const resolution of ['--module nodenext', '--module esnext --moduleResolution bundler']) {
    for (const check of ['true', 'false']) {
      const words = `${options} ${resolution} --skipLibCheck ${check} typed.ts`.split(' ');
      words.splice(words.indexOf('--types') + 1, 0, '');
      t.same(
        await consumer.node(tsc, ...words),
        { stdout: '', stderr: '', status: 0 },
        `${resolution}, skipLibCheck ${check}`,
      );
    }
  }
}

/** A program of the package's user; what it prints, or how it failed. */
async function ran(consumer: Consumer, program: string): Promise<string> {
  const { stdout, stderr } = await consumer.node('--input-type=module', '-e', program);
  return (stdout || stderr).trim();
}

const doubled = (name: string) => `
  import { openDevice, tensor } from 'mixgrad';
  try {
    const device = await openDevice('${name}');
    console.log(device.name, (await tensor([1, 2], { device }).mul(2).data()).join());
    device.close();
  } catch (error) {
    console.log(String(error));
  }`;

async function testDevices(t: Test, consumer: Consumer): Promise<void> {
  for (const name of ['wasm', 'reference', 'gpujs-cpu', 'gpujs-webasm']) {
    t.equal(await ran(consumer, doubled(name)), `${name} 2,4`);
  }
  t.equal(
    await ran(consumer, doubled('gpujs-webgpu')),
    'DeviceError: gpujs-webgpu: the optional package webgpu is not installed; npm install webgpu@0.4 installs it',
  );
  // On Linux 'auto' looks for a GPU only where there is a device file of one.
  const auto = `
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    const { openDevice } = await import('mixgrad');
    const device = await openDevice();
    console.log(device.name, device.reason);
    device.close();`;
  t.equal(
    await ran(consumer, auto),
    'wasm no GPU answers through WebGPU: the optional package webgpu is not installed; npm install webgpu@0.4 installs it',
  );
}

async function testDawn(t: Test, consumer: Consumer): Promise<void> {
  const unlink = consumer.link('webgpu');
  const found = await ran(consumer, doubled('gpujs-webgpu'));
  unlink();
  if (/^DeviceError: gpujs-webgpu: /.test(found) && !/is not installed/.test(found)) {
    t.pass('', { skip: found });
    return;
  }
  t.equal(found.split('\n').at(-1), 'gpujs-webgpu 2,4');
}

async function testPrograms(t: Test, consumer: Consumer): Promise<void> {
  const train = consumer.path('node_modules', 'mixgrad', 'models', 'train.js');
  const help = await consumer.node(train, '--help');
  t.match(help.stdout, /^Usage: mixgrad train/);
  t.same([help.stderr, help.status], ['', 0]);
  const flags = '--steps 2 --batch-size 8 --limit-train 16 --limit-test 8 --out run'.split(' ');
  const { stderr, status } = await consumer.node(train, ...flags);
  t.equal(status, 0, stderr);
  const report = readFileSync(consumer.path('run', 'report.html'), 'utf8');
  t.match(report, '<svg', 'the report has its pictures');
}

/** A network as an ONNX file: what writes it is loaded on demand. */
const exporting = `
  import { exportOnnx, Linear } from 'mixgrad';
  const file = await exportOnnx(new Linear(2, 3), { input: [1, 2] });
  console.log(Buffer.from(file).includes('weight'), Buffer.from(file).includes('MatMul'));`;

/** The installed package in Node. */
export function testInstalled(t: Test, consumer: Consumer): void {
  t.test('what is installed', async (t) => testSize(t, consumer));
  t.test('what is in the package', async (t) => testFiles(t, consumer));
  t.test('types, as nodenext and as bundlers find them', (t) => testTypes(t, consumer));
  t.test('devices', (t) => testDevices(t, consumer));
  t.test('gpujs-webgpu with the package webgpu', (t) => testDawn(t, consumer));
  t.test('exportOnnx', async (t) => {
    t.equal(await ran(consumer, exporting), 'true true');
  });
  t.test('programs', (t) => testPrograms(t, consumer));
}
