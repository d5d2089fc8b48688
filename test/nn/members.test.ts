// What belongs to a module: members of arrays, Maps and objects, shared ones, frozen ones, cycles.
import t from 'tap';
import {
  BatchNorm1d,
  buffer,
  createRandom,
  Linear,
  MixtureNorm1d,
  Module,
  mul,
  OptionError,
  ones,
  parameter,
  type Random,
  ReLU,
  Sequential,
  SGD,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';

/** A module that holds what it is given. */
class Holder extends Module {
  [name: string]: unknown;

  constructor(held: Record<string, unknown>) {
    super();
    Object.assign(this, held);
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const names = (entries: [string, unknown][]) => entries.map(([name]) => name);
const values = async (of: Tensor) => Array.from(await of.data());

t.test('members of arrays, Maps and plain objects are found, nested ones too', async (t) => {
  const net = new Holder({
    layers: [new Linear(1, 2), [new ReLU(), new Linear(2, 1, { bias: false })]],
    byName: new Map<unknown, unknown>([
      ['first', new Linear(1, 1, { bias: false })],
      [7, parameter(ones([2]))],
    ]),
    heads: { left: { linear: new Linear(1, 3, { bias: false }) }, none: null },
    gateWeights: [parameter(zeros([1]))],
    tableOfMeans: { left: zeros([4]) },
    notes: ['text', 3, null, undefined, new Date(0)],
  });
  t.same(names(net.namedParameters()), [
    'byName.7',
    'gateWeights.0',
    'layers.0.weight',
    'layers.0.bias',
    'layers.1.1.weight',
    'byName.first.weight',
    'heads.left.linear.weight',
  ]);
  t.same(names(net.namedBuffers()), ['tableOfMeans.left']);
  t.same(
    net.buffers().map(({ shape }) => shape),
    [[4]],
  );
  t.same(names(net.namedModules()), [
    '',
    'layers.0',
    'layers.1.0',
    'layers.1.1',
    'byName.first',
    'heads.left.linear',
  ]);
  const state = await net.stateDict();
  t.ok('gate_weights.0' in state, "a property's own name is PyTorch's");
  t.ok('table_of_means.left' in state);
  t.ok('byName.first.weight' in state, "a module's stays");
  net.eval();
  t.notOk(net.namedModules().some(([, module]) => module.training));
});

t.test('an optimizer moves the layers of an array', async (t) => {
  const net = new Holder({ layers: [new Linear(1, 1)] });
  const [weight, bias] = net.parameters();
  const before = await values(weight);
  weight.grad = tensor([[1]]);
  bias.grad = tensor([1]);
  new SGD(net.parameters(), { lr: 1 }).step();
  t.ok(Math.abs((await values(weight))[0] - (before[0] - 1)) < 1e-6);
});

t.test('what is shared is one parameter, one buffer, one module, under its first name', async (t) => {
  const shared = new BatchNorm1d(2);
  const weight = parameter(ones([3]));
  const net = new Holder({ own: weight, a: shared, b: [shared, new Holder({ own: weight })] });
  t.same(names(net.namedParameters()), ['own', 'a.weight', 'a.bias']);
  t.equal(net.parameters().length, 3);
  t.same(names(net.namedBuffers()), ['a.runningMean', 'a.runningVar', 'a.numBatchesTracked']);
  t.same(names(net.namedModules()), ['', 'a', 'b.1']);
  t.same(names(net.children()), ['a', 'b.0', 'b.1'], 'children are listed each time');
});

t.test('a state dictionary has what is shared under every name, and the last one counts', async (t) => {
  const tied = parameter(tensor([1, 2]));
  const net = new Holder({ encoder: new Holder({ weight: tied }), decoder: new Holder({ weight: tied }) });
  const state = await net.stateDict();
  t.same(Object.keys(state), ['encoder.weight', 'decoder.weight']);
  t.same(Array.from(state['decoder.weight'].data), [1, 2]);
  const entry = (...data: number[]) => ({ shape: [2], data: Float32Array.from(data) });
  net.loadStateDict({ 'encoder.weight': entry(3, 4), 'decoder.weight': entry(5, 6) });
  t.same(await values(tied), [5, 6]);
  t.throws(
    () => net.loadStateDict({ 'encoder.weight': entry(3, 4) }),
    new OptionError('loadStateDict: missing keys: decoder.weight; unexpected keys: none'),
  );
});

t.test('a module that is used twice runs twice', async (t) => {
  const double = new Holder({});
  double.forward = (x: Tensor) => mul(x, 2);
  t.same(await values(new Sequential(double, double).forward(tensor([1]))), [4]);
});

t.test('a frozen weight stays a parameter, and never becomes a buffer', async (t) => {
  const layer = new Linear(2, 1);
  layer.weight.requiresGrad = false;
  t.same(names(layer.namedParameters()), ['weight', 'bias']);
  t.same(layer.buffers(), []);
  layer.forward(ones([1, 2])).backward({ gradient: ones([1, 1]) });
  t.equal(layer.weight.grad, null);
  t.ok(layer.bias!.grad);
  const before = await values(layer.weight);
  new SGD(layer.parameters(), { lr: 1 }).step();
  t.same(await values(layer.weight), before);
});

t.test('parameter() and buffer() say what they do not take', async (t) => {
  const weight = parameter(ones([1]));
  t.ok(weight.requiresGrad && weight.isKept);
  const cases: [() => unknown, string][] = [
    [() => parameter(5 as never), 'parameter: t is 5, expected a tensor'],
    [() => parameter(mul(weight, 2)), 'parameter: t is the output of an operation, expected t.detach()'],
    [() => buffer(null as never), 'buffer: t is null, expected a tensor'],
    [() => buffer(weight), 'buffer: t is a parameter, expected a tensor without a gradient'],
  ];
  for (const [call, message] of cases) t.throws(call, new OptionError(message));
});

t.test('modules and collections that refer back to one another are visited once', async (t) => {
  const child = new Holder({ weight: parameter(ones([1])) });
  const list: unknown[] = [child];
  list.push(list);
  const parent = new Holder({ list });
  child.parent = parent;
  t.same(names(parent.namedModules()), ['', 'list.0']);
  t.same(names(parent.namedParameters()), ['list.0.weight']);
  t.same(Object.keys(await parent.stateDict()), ['list.0.weight']);
  t.same(Object.keys(await child.stateDict()), ['weight']);
  t.equal(String(parent), 'Holder(\n  (list.0): Holder(\n    (parent): Holder(…)\n  )\n)');
  parent.eval();
  t.notOk(child.training);
  parent.loadStateDict(await parent.stateDict());
});

t.test('two entries of one key are an error', async (t) => {
  const net = new Holder({ runningMean: zeros([1]), running_mean: zeros([1]) });
  await t.rejects(net.stateDict(), new OptionError('stateDict: two entries are running_mean'));
});

t.test("a generator's state is part of the dictionary, and comes back through plain values", async (t) => {
  const random = createRandom('seed');
  const net = new Holder({ random, layers: [new Holder({ noise: createRandom(1) })] });
  random.uniform();
  const state = await net.stateDict();
  t.same(Object.keys(state), ['random_state', 'layers.0.noise_state']);
  const drawn = [random.uniform(), random.normal(), random.integer(100), random.fork('x').uniform()];
  const other = createRandom('another');
  new Holder({ random: other, layers: [new Holder({ noise: createRandom(2) })] }).loadStateDict(state);
  t.same([other.uniform(), other.normal(), other.integer(100), other.fork('x').uniform()], drawn);
});

t.test('mixture normalization resumes with the same draws, and takes weights without them', async (t) => {
  const drawsAfter = (layer: MixtureNorm1d) => (layer as unknown as { random: Random }).random.uniform();
  const make = (seed: number) => new MixtureNorm1d(2, { random: createRandom(seed) });
  const [saved, loaded, foreign] = [make(1), make(2), make(3)];
  saved.forward(tensor(createRandom('x').permutation(20), { shape: [10, 2] }));
  const { random_state, ...weights } = await saved.stateDict();
  loaded.loadStateDict({ ...weights, random_state });
  t.equal(drawsAfter(loaded), drawsAfter(saved));
  foreign.loadStateDict(weights);
  t.equal(drawsAfter(foreign), createRandom(3).uniform(), 'goes on where it was');
});

t.test('loadStateDict refuses what is no entry, and then changes nothing', async (t) => {
  const layer = new MixtureNorm1d(1, { components: 1 });
  const before = await layer.stateDict();
  const entry = 'expected { shape, data } with data a Float32Array or Float64Array';
  const cases: [unknown, Error][] = [
    [5, new OptionError('loadStateDict: state is 5, expected a state dictionary')],
    [null, new OptionError('loadStateDict: state is null, expected a state dictionary')],
    [{ ...before, bias: 3 }, new OptionError(`loadStateDict: bias is 3, ${entry}`)],
    [{ ...before, bias: null }, new OptionError(`loadStateDict: bias is null, ${entry}`)],
    [
      { ...before, bias: { shape: [1], data: [1] } },
      new OptionError(`loadStateDict: bias is an object, ${entry}`),
    ],
    [
      { ...before, bias: { shape: [2], data: new Float32Array(2) } },
      new ShapeError('loadStateDict: bias has shape [2], expected [1]'),
    ],
    [
      { ...before, random_state: { shape: [258], data: new Float32Array(258) } },
      new OptionError('loadStateDict: random_state is no state of a generator'),
    ],
    [
      { ...before, random_state: { shape: [2], data: new Float32Array(2) } },
      new OptionError('loadStateDict: random_state is no state of a generator'),
    ],
  ];
  const weight = { shape: [1], data: Float32Array.of(9) };
  for (const [state, error] of cases) {
    const changed = typeof state === 'object' && state ? { ...state, weight } : state;
    t.throws(() => layer.loadStateDict(changed as never), error);
    t.same(await layer.stateDict(), before);
  }
});

t.test('a long chain of objects is walked without a deep stack, and a key may be anything', async (t) => {
  let chain: object = { last: ones([1]) };
  for (let i = 0; i < 20_000; i++) chain = { next: chain };
  const net = new Holder({ chain, map: new Map([[Object.create(null), ones([1])]]) });
  const [far, odd] = net.namedBuffers().map(([name]) => name);
  t.equal(far, `chain.${'next.'.repeat(20_000)}last`);
  t.equal(odd, 'map.an object');
});

t.test('a Set holds members as an array does', (t) => {
  const blocks = new Set([new Linear(1, 1), new ReLU()]);
  const holder = new Holder({ blocks });
  t.same(names(holder.namedParameters()), ['blocks.0.weight', 'blocks.0.bias']);
  holder.eval();
  t.ok([...blocks].every(({ training }) => !training));
  t.end();
});
