// Weights that come from PyTorch, and weights that go there.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  createRandom,
  Flatten,
  Linear,
  loadSafetensors,
  MaxPool2d,
  ReLU,
  Sequential,
  type StateEntry,
  saveSafetensors,
  tensor,
} from '../../lib/index.js';
import { spawnSync } from '../processes.js';
import { normal } from '../values.js';

const PROGRAM = 'test/fixtures/checkpoint.py';
const FIXTURE = 'test/fixtures/checkpoint.safetensors';
const TOLERANCE = 1e-5;

const random = createRandom('pytorch');
/** The network of checkpoint.py. */
const network = () =>
  new Sequential(
    new Conv2d(2, 3, 3, { padding: 1, random }),
    new BatchNorm2d(3),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(12, 4, { random }),
    new BatchNorm1d(4, { affine: false }),
  );
const asTensor = ({ data, shape }: StateEntry) => tensor(data, { shape });
const fixture = () => loadSafetensors(readFileSync(FIXTURE)).state;

t.test("PyTorch's checkpoint loads as it is, and gives PyTorch's output", async (t) => {
  const { input, output, ...state } = fixture();
  const net = network();
  t.same(net.loadStateDict(state), { missingKeys: [], unexpectedKeys: [] });
  const y = Array.from(await net.eval().forward(asTensor(input)).data());
  const worst = y.reduce((most, value, i) => Math.max(most, Math.abs(value - output.data[i])), 0);
  t.ok(worst < TOLERANCE, `off by ${worst}`);
  t.same(state['1.num_batches_tracked'], { shape: [], data: Float32Array.of(2), dtype: 'I64' });
});

t.test("what PyTorch's file held is what ours holds after it", async (t) => {
  const { input, output, ...state } = fixture();
  const net = network();
  net.loadStateDict(state);
  t.same(loadSafetensors(saveSafetensors(await net.stateDict())).state, state);
});

/** A Python that can import this, or a reason to skip. */
function pythonWith(module: string): { python: string; skip: string | false } {
  const can = (name: string) => spawnSync(name, ['-c', `import ${module}`]).status === 0;
  const python = ['/usr/bin/python3', 'python3'].find(can);
  return { python: python ?? '', skip: python ? false : `no Python here has ${module}` };
}

/** A file with the state of a network after three training steps, an input, and the output in evaluation mode. */
async function write(folder: string): Promise<string> {
  const net = network();
  const batch = (seed: string) => tensor(normal([6, 2, 4, 4], seed), { shape: [6, 2, 4, 4] });
  for (const seed of ['first', 'second', 'third']) net.forward(batch(seed));
  const input = batch('input');
  const entry = async (x: typeof input) => ({ shape: x.shape, data: Float32Array.from(await x.data()) });
  const output = await entry(net.eval().forward(input));
  const state = { input: await entry(input), output, ...(await net.stateDict()) };
  const path = join(folder, 'ours.safetensors');
  writeFileSync(path, saveSafetensors(state, { from: 'mixgrad' }));
  return path;
}

const torch = pythonWith('torch');
t.test(
  'our checkpoint loads in PyTorch as it is, and gives our output there',
  { skip: torch.skip },
  async (t) => {
    const path = await write(t.testdir({}));
    const { stdout, stderr } = spawnSync(torch.python, [PROGRAM, 'read', path], { encoding: 'utf8' });
    t.equal(stderr, '');
    const { error, counts } = JSON.parse(stdout);
    t.ok(error < TOLERANCE, `off by ${error}`);
    t.same(counts, { '1.num_batches_tracked': 3, '6.num_batches_tracked': 3 });
  },
);

const official = pythonWith('safetensors.numpy, numpy');
t.test("the format's own reader reads what we write", { skip: official.skip }, async (t) => {
  const path = await write(t.testdir({}));
  const program = `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as file:
    print(file.metadata(), *[(k, str(file.get_tensor(k).dtype)) for k in sorted(file.keys())], sep="\\n")
`;
  const { stdout, stderr } = spawnSync(official.python, ['-c', program, path], { encoding: 'utf8' });
  t.equal(stderr, '');
  t.match(stdout, "{'from': 'mixgrad'}\n('0.bias', 'float32')\n('0.weight', 'float32')\n");
  t.match(stdout, "('1.num_batches_tracked', 'int64')\n");
});
