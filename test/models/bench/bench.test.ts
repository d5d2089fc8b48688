// The benchmark program.

import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { type KernelFigures, printKernels } from '../../../models/bench/kernels.js';
import { makeModel, modelNames, networks } from '../../../models/networks/index.js';
import { spawnSync } from '../../processes.js';
import { isOneLine, runProgram } from '../programs.js';

const flags = '--norm mn --batch 2 --steps 2 --device wasm --threads 1'.split(' ');
const quick = '--batch 2 --steps 1 --device wasm --threads 1'.split(' ');
const onePair = [...quick, '--pairs', '1', '--against'];

/** Runs the benchmark where MIXGRAD_PYTHON names this Python. */
function runWithPython(python: string, args: readonly string[]) {
  const before = process.env.MIXGRAD_PYTHON;
  process.env.MIXGRAD_PYTHON = python;
  try {
    return runProgram('bench', args);
  } finally {
    if (before === undefined) delete process.env.MIXGRAD_PYTHON;
    else process.env.MIXGRAD_PYTHON = before;
  }
}

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

t.test('--json prints one object with the figures', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [...flags, '--json']);
  t.equal(code, 0, stderr);
  t.ok(isOneLine(stdout), stdout);
  const { framework, model, norm, batch, steps, device, threads, conv, build, ...figures } =
    JSON.parse(stdout);
  t.match(framework, /^mixgrad \d+\.\d+\.\d+/);
  t.strictSame(
    { model, norm, batch, steps, device, threads, conv, build },
    {
      model: 'cifar-cnn',
      norm: 'mn',
      batch: 2,
      steps: 2,
      device: 'wasm',
      threads: 1,
      conv: 'auto',
      build: 'auto',
    },
  );
  const names = ['parameters', 'train_step_ms', 'images_per_s', 'eval_ms', 'device_bytes', 'peak_rss_bytes'];
  t.strictSame(Object.keys(figures), names);
  for (const [name, figure] of Object.entries(figures)) t.ok(Number(figure) > 0, name);
  t.end();
});

t.test('without --json it prints a readable line', (t) => {
  const { stdout } = runProgram('bench', [...flags, '--conv', 'direct', '--build', 'plain']);
  t.ok(isOneLine(stdout), stdout);
  t.match(stdout, /conv direct, build plain {2}train step [\d.]+ ms .*images\/s.* MiB at most/);
  t.end();
});

t.test('--quiet leaves errors and the JSON', (t) => {
  t.strictSame(runProgram('bench', [...flags, '--quiet']), { code: 0, stdout: '', stderr: '' });
  const { stdout, stderr } = runProgram('bench', [...flags, '--quiet', '--json']);
  t.equal(stderr, '');
  t.ok(JSON.parse(stdout).train_step_ms > 0);
  t.end();
});

t.test('more images than memory holds are refused in one line', (t) => {
  const { code, stderr } = runProgram('bench', [
    '--batch',
    '999999999999',
    '--device',
    'wasm',
    '--threads',
    '1',
  ]);
  t.equal(code, 1);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /^bench: not enough memory for what the flags ask for/);
  t.end();
});

t.test('a wrong flag ends with code 2 and one line', (t) => {
  for (const wrong of [
    ['--batch', '12', '--norm', 'ghost'],
    ['--batch', '0'],
    ['--norm', 'ln'],
    ['--threads', '0'],
    ['--pairs', '0'],
    ['--conv', 'fourier'],
    ['--build', 'debug'],
    ['--against', 'abacus'],
    ['--against', 'bn'],
    ['--against', 'mn', '--profile'],
    ['--profile', '--kernels'],
    ['--conv', 'direct', '--device', 'gpujs-cpu'],
    ['--against', 'torch', '--norm', 'none'],
    ['--against', 'mn', '--model', 'mlp'],
    ['--norm', 'bn', '--model', 'mnist-cnn'],
    ['--pairs', '3'],
    ['--batch', '0x10'],
  ]) {
    const { code, stderr } = runProgram('bench', wrong);
    t.equal(code, 2, wrong.join(' '));
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, wrong[0]);
  }
  t.end();
});

t.test('--against prints both sides and the ratio of their steps', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [...onePair, 'mn', '--json']);
  t.equal(code, 0, stderr);
  const [ours, other, ratio] = parseLines(stdout);
  t.strictSame([ours.norm, other.norm], ['bn', 'mn']);
  t.match(ratio, { against: 'mn', pairs: 1 });
  const expected = Number(other.train_step_ms) / Number(ours.train_step_ms);
  t.ok(Math.abs(Number(ratio.train_ratio) / expected - 1) < 0.01, stdout);
  t.strictSame(ratio.train_ratios, [ratio.train_ratio]);
  t.end();
});

t.test('--against torch ends with code 2 and one line where no Python has torch', (t) => {
  const { code, stderr } = runWithPython('/nowhere/python3', ['--against', 'torch']);
  t.equal(code, 2);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, '--against torch: /nowhere/python3 cannot import torch');
  t.end();
});

t.test('--against torch takes the median of what the Python program prints', (t) => {
  const line = { framework: 'pytorch 0', train_step_ms: 1000, images_per_s: 2, eval_ms: 500 };
  const folder = t.testdir({
    python3: `#!${process.execPath}\nif (process.argv[2] !== '-c') console.log('${JSON.stringify(line)}');\n`,
  });
  const python = join(folder, 'python3');
  chmodSync(python, 0o755);
  const args = [...onePair, 'torch', '--json'];
  const { code, stdout, stderr } = runWithPython(python, args);
  t.equal(code, 0, stderr);
  const [ours, torch, ratio] = parseLines(stdout);
  t.strictSame(torch, line);
  t.ok(Number(ours.peak_rss_bytes) > 0);
  t.ok(Math.abs((Number(ratio.train_ratio) * Number(ours.train_step_ms)) / 1000 - 1) < 0.01, stdout);
  t.end();
});

t.test('a Python that fails, is killed or prints something else ends with code 1 and one line', (t) => {
  const endings = {
    "console.error('Traceback\\n  line 1\\nValueError: odd'); process.exit(1);":
      /PyTorch's step failed: ValueError: odd\n$/,
    "process.kill(process.pid, 'SIGKILL');": /PyTorch's step failed: it was ended by SIGKILL\n$/,
    "console.log('hello');": /PyTorch's step printed no result but 'hello'\n$/,
  };
  for (const [body, message] of Object.entries(endings)) {
    const python = join(
      t.testdir({ python3: `#!${process.execPath}\nif (process.argv[2] !== '-c') { ${body} }\n` }),
      'python3',
    );
    chmodSync(python, 0o755);
    const { code, stderr } = runWithPython(python, [...onePair, 'torch']);
    t.equal(code, 1);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, message);
  }
  t.end();
});

const python = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch']).status === 0,
);
const skip = python ? false : 'no Python here has torch';

t.test('the PyTorch program trains and evaluates with both norms', { skip }, (t) => {
  for (const norm of ['bn', 'mn']) {
    const args = [...onePair, 'torch', '--norm', norm, '--json'];
    const { code, stdout, stderr } = runWithPython(python!, args);
    t.equal(code, 0, stderr);
    const [, torch] = parseLines(stdout);
    t.match(torch, { framework: /^pytorch/, norm, batch: 2, threads: 1 });
    for (const name of ['train_step_ms', 'eval_ms', 'peak_rss_bytes']) t.ok(Number(torch[name]) > 0, name);
  }
  t.end();
});

t.test('the PyTorch program has the same networks', { skip }, (t) => {
  const args =
    '--model densenet-40 --width 4 --batch 4 --steps 1 --device wasm --threads 1 --pairs 1 --against torch --json';
  const { code, stdout, stderr } = runWithPython(python!, args.split(' '));
  t.equal(code, 0, stderr);
  const [ours, torch] = parseLines(stdout);
  const { norm, parameters } = ours;
  t.match(ours, { model: 'densenet-40', width: 4 });
  t.match(torch, { model: 'densenet-40', width: 4, norm, parameters, batch: 4 });
  const program = `import json, sys; sys.path.insert(0, 'models/bench')
from torch import nn
from torch_networks import NETWORKS
count = lambda make, width: sum(param.numel() for param in make(nn.BatchNorm2d, width).parameters())
print(json.dumps({name: [count(make, width), count(make, 5)] for name, (make, _, width) in NETWORKS.items()}))`;
  const counted = spawnSync(python!, ['-B', '-c', program], { encoding: 'utf8' });
  const counts: Record<string, number[]> = JSON.parse(counted.stdout);
  t.strictSame(Object.keys(counts), modelNames);
  for (const name of modelNames) {
    const norms = { norm: Object.keys(networks[name].places).length > 0 ? 'bn' : 'none' } as const;
    const count = (width?: number) =>
      makeModel(name, norms, { classes: 10, random: createRandom(1), width })
        .parameters()
        .reduce((sum, { size }) => sum + size, 0);
    t.strictSame(counts[name], [count(), count(5)], name);
  }
  t.end();
});

t.test('--profile adds up to the step', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [...flags, '--profile', '--json']);
  t.equal(code, 0, stderr);
  t.ok(isOneLine(stdout));
  const { train_step_ms: step, rows } = JSON.parse(stdout);
  const sum = (field: string) =>
    rows.reduce((total: number, row: Record<string, number>) => total + row[field], 0);
  t.ok(Math.abs(sum('ms') / step - 1) < 0.01, `${sum('ms')} of ${step} ms`);
  t.ok(Math.abs(sum('share') - 1) < 0.01);
  const calls = (what: string) => rows.find((row: { what: string }) => row.what === what)?.calls;
  t.equal(calls('conv2d to [2,128,16,16]'), 1);
  t.equal(calls('relu'), 4);
  t.match(rows.at(-1).what, /^JavaScript/);
  t.ok(rows.at(-1).ms > 0);
  t.match(runProgram('bench', [...flags, '--profile']).stdout, /\nthe step +1 +[\d.]+ +100\.0 %\n$/);
  const deep = [...flags, '--model', 'densenet-40', '--width', '2', '--profile'];
  const lines = runProgram('bench', deep).stdout.split('\n');
  t.ok(
    lines.some((line) => /^conv2dGradWeight to 39 shapes +39 /.test(line)),
    lines.join('\n'),
  );
  t.ok(lines.length < 50, 'convolutions to many shapes are one row');
  t.end();
});

t.test('--profile needs a device that computes when asked', (t) => {
  const { code, stderr } = runProgram('bench', ['--profile', '--batch', '2', '--device', 'gpujs-webgpu']);
  t.equal(code, 2);
  t.match(stderr, /bench: .*gpujs-webgpu/);
  t.end();
});

t.test('--kernels measures every kind of kernel, convolutions both ways, with small errors', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [...quick, '--kernels', '--json']);
  t.equal(code, 0, stderr);
  const [head, ...rows] = parseLines(stdout);
  t.match(head, { device: 'wasm', threads: 1, batch: 2, ceiling: { gflops: Number, gbs: Number } });
  for (const row of rows) {
    t.ok(Number(row.ms) > 0 && Number(row.error) < 1e-4, JSON.stringify(row));
    t.ok(Number(row.gflops ?? row.gbs) >= 0);
  }
  const kinds = new Set(rows.map(({ kernel }) => kernel));
  for (const kernel of ['matmul', 'standardize', 'mixtureMoments', 'maxPool2dGrad', 'movingMean'])
    t.ok(kinds.has(kernel), kernel);
  for (const kernel of ['conv2d', 'conv2dGradInput', 'conv2dGradWeight']) {
    const conv3 = rows.filter((row) => row.kernel === kernel && row.sizes === '2×[128,8,8] → [128,8,8], 5×5');
    t.strictSame(
      conv3.map(({ how }) => how),
      ['direct', 'winograd'],
    );
  }
  let words = '';
  const output = { quiet: false, say() {}, result: (text: string) => (words = text) };
  printKernels({ ...head, rows } as unknown as KernelFigures, output);
  t.match(words, /^wasm, threads: 1, batch 2\nceiling: .*GFLOP/);
  t.match(words, /\nconv2d +2×\[128,8,8\] → \[128,8,8\], 5×5 +direct /);
  t.end();
});

t.test('--beside measures the step alone and beside a second process, which ends', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [
    ...quick,
    '--pairs',
    '1',
    '--beside',
    '19',
    '--json',
  ]);
  t.equal(code, 0, stderr);
  const { nice, pairs, alone_ms, beside_ms, keeps, kept } = JSON.parse(stdout);
  t.strictSame({ nice, pairs }, { nice: 19, pairs: 1 });
  t.ok(alone_ms > 0 && beside_ms > 0);
  t.strictSame(kept, [keeps]);
  t.match(runProgram('bench', [...quick, '--beside', '20']), {
    code: 2,
    stderr: /--beside.*an integer from -20 to 19/,
  });
  t.end();
});
