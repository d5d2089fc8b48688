// Normalization layers and PyTorch's: state dictionaries go both ways, and what training leaves in them is the same.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  loadSafetensors,
  Module,
  type StateDict,
  type StateEntry,
  saveSafetensors,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

const PROGRAM = 'test/fixtures/norm_layers.py';
const TOLERANCE = 1e-5;

/** The layers of norm_layers.py. */
class Layers extends Module<[Tensor], Record<string, Tensor>> {
  readonly layer: Module;
  readonly layerPlain: Module;
  readonly group: Module;
  readonly instance: Module;
  readonly instanceAffine: Module;
  readonly instanceTracked: Module;
  readonly instanceFast: Module;

  constructor(device = tensor(0).device) {
    super();
    this.layer = new LayerNorm([4, 3, 3], { device });
    this.layerPlain = new LayerNorm([3, 3], { elementwiseAffine: false, device });
    this.group = new GroupNorm(2, 4, { device });
    this.instance = new InstanceNorm2d(4, { device });
    this.instanceAffine = new InstanceNorm2d(4, { affine: true, eps: 1e-3, device });
    this.instanceTracked = new InstanceNorm2d(4, { affine: true, trackRunningStats: true, device });
    this.instanceFast = new InstanceNorm2d(4, { momentum: 0.5, trackRunningStats: true, device });
  }

  forward(x: Tensor): Record<string, Tensor> {
    return Object.fromEntries(this.children().map(([name, layer]) => [name, layer.forward(x) as Tensor]));
  }
}

const fixture = loadSafetensors(readFileSync('test/fixtures/norm_layers.safetensors')).state;
/** The entries whose names begin so, without that. */
const entries = (prefix: string): StateDict =>
  Object.fromEntries(
    Object.entries(fixture).flatMap(([key, entry]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), entry]] : [],
    ),
  );

const off = (got: ArrayLike<number>, { data, shape }: StateEntry) => worstDifference(got, data, shape).error;

everyDevice(
  'what PyTorch held before, trained on the same batches, is what it held after',
  async (t, device) => {
    const asTensor = ({ data, shape }: StateEntry) => tensor(data, { shape, device });
    const layers = new Layers(device);
    t.same(layers.loadStateDict(entries('start.')), { missingKeys: [], unexpectedKeys: [] });
    for (const batch of ['first', 'second']) layers.forward(asTensor(fixture[batch]));
    const [state, after] = [await layers.stateDict(), entries('after.')];
    t.same(Object.keys(state).sort(), Object.keys(after).sort());
    for (const [key, entry] of Object.entries(after)) {
      t.ok(off(state[key].data, entry) < TOLERANCE, key);
      t.equal(state[key].dtype, entry.dtype, `${key}: its type in a file`);
    }
    const outputs = layers.eval().forward(asTensor(fixture.input));
    for (const [name, y] of Object.entries(outputs)) {
      t.ok(off(await y.data(), fixture[`output.${name}`]) < TOLERANCE, `${name} in evaluation`);
    }
  },
);

const torch = ['/usr/bin/python3', 'python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch']).status === 0,
);
const skip = torch ? false : 'no Python here has torch';
t.test(
  'what ours hold after training loads in PyTorch as it is, and gives our outputs there',
  { skip },
  async (t) => {
    const layers = new Layers();
    const batch = (seed: string) => tensor(normal([5, 4, 3, 3], seed), { shape: [5, 4, 3, 3] });
    for (const seed of ['first', 'second']) layers.forward(batch(seed));
    const entry = async (x: Tensor) => ({ shape: x.shape, data: Float32Array.from(await x.data()) });
    const state: StateDict = { input: await entry(batch('input')), ...(await layers.stateDict()) };
    for (const [name, y] of Object.entries(layers.eval().forward(batch('input')))) {
      state[`output.${name}`] = await entry(y);
    }
    const path = join(t.testdir({}), 'ours.safetensors');
    writeFileSync(path, saveSafetensors(state));
    const { stdout, stderr } = spawnSync(torch!, [PROGRAM, 'read', path], { encoding: 'utf8' });
    t.equal(stderr, '');
    const errors = Object.entries<number>(JSON.parse(stdout));
    t.equal(errors.length, 7);
    for (const [name, error] of errors) t.ok(error < TOLERANCE, `${name} is off by ${error}`);
  },
);
