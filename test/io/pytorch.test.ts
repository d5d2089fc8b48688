// Weights that come from PyTorch, and weights that go there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  createRandom,
  exportOnnx,
  Flatten,
  Linear,
  loadSafetensors,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  type Shape,
  type StateEntry,
  saveSafetensors,
  tensor,
} from '../../lib/index.js';
import { pythonWith, runPython } from '../python.js';
import { normal } from '../values.js';
import { distance, open, ran } from './onnx/runtime.js';
import { ResNet, seasoned } from './resnet.js';

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

/** A file with the state of a network after three training steps, an input, and the output in evaluation mode. */
async function write(folder: string, net: Module = network(), shape: Shape = [6, 2, 4, 4]): Promise<string> {
  seasoned(net, shape);
  const input = tensor(normal(shape, 'input'), { shape });
  const entry = async (x: typeof input) => ({ shape: x.shape, data: Float32Array.from(await x.data()) });
  const output = await entry(net.eval().forward(input));
  const state = { input: await entry(input), output, ...(await net.stateDict()) };
  const path = join(folder, 'ours.safetensors');
  writeFileSync(path, saveSafetensors(state, { from: 'mixgrad' }));
  return path;
}

const torch = pythonWith('torch, numpy');
const needsTorch = { skip: torch.skip };

t.test('our checkpoint loads in PyTorch as it is, and gives our output there', needsTorch, async (t) => {
  const path = await write(t.testdir({}));
  const { error, counts } = JSON.parse(runPython(torch.python, [PROGRAM, 'read', path]));
  t.ok(error < TOLERANCE, `off by ${error}`);
  t.same(counts, { '1.num_batches_tracked': 3, '6.num_batches_tracked': 3 });
});

t.test('a residual network of ours in PyTorch', needsTorch, async (t) => {
  const path = await write(t.testdir({}), new ResNet(), [6, 3, 8, 8]);
  const { error, counts } = JSON.parse(runPython(torch.python, [PROGRAM, 'read', path, 'resnet']));
  t.ok(error < TOLERANCE, `off by ${error}`);
  t.equal(Object.keys(counts).length, 10);
  t.same(new Set(Object.values(counts)), new Set([3]));
});

t.test('a residual network of PyTorch here, and in onnxruntime', needsTorch, async (t) => {
  const path = join(t.testdir({}), 'theirs.safetensors');
  t.equal(runPython(torch.python, [PROGRAM, 'write', path, 'resnet']), '');
  const { input, output, ...state } = loadSafetensors(readFileSync(path)).state;
  const net = new ResNet();
  t.same(net.loadStateDict(state), { missingKeys: [], unexpectedKeys: [] });
  t.equal(state['layer2.0.shortcut.1.num_batches_tracked'].dtype, 'I64');
  const x = asTensor(input);
  const here = distance(await net.eval().forward(x).data(), output.data);
  t.ok(here < TOLERANCE, `off by ${here}`);
  const session = await open(await exportOnnx(net, { input: x }));
  const there = distance((await ran(session, x)).data as Float32Array, output.data);
  t.ok(there < TOLERANCE, `the exported file is off by ${there}`);
});

const official = pythonWith('safetensors.numpy, numpy');
t.test("the format's own reader reads what we write", { skip: official.skip }, async (t) => {
  const path = await write(t.testdir({}));
  const program = `
import sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as file:
    print(file.metadata(), *[(k, str(file.get_tensor(k).dtype)) for k in sorted(file.keys())], sep="\\n")
`;
  const stdout = runPython(official.python, ['-c', program, path]);
  t.match(stdout, "{'from': 'mixgrad'}\n('0.bias', 'float32')\n('0.weight', 'float32')\n");
  t.match(stdout, "('1.num_batches_tracked', 'int64')\n");
});
