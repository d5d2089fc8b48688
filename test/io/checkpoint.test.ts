// Checkpoints of the library: what comes back, and what is refused.
import t from 'tap';
import {
  AdamW,
  BatchNorm1d,
  createRandom,
  DataError,
  type HasState,
  Linear,
  loadCheckpoint,
  loadSafetensors,
  MixtureNorm1d,
  Module,
  OptionError,
  type Random,
  SGD,
  saveCheckpoint,
  saveSafetensors,
  type Tensor,
  tensor,
} from '../../lib/index.js';

class Net extends Module {
  readonly norm = new BatchNorm1d(3);
  readonly mixture = new MixtureNorm1d(3, { components: 2, log: () => {} });
  readonly linear: Linear;

  constructor(seed: number) {
    super();
    this.linear = new Linear(3, 2, { random: createRandom(seed) });
  }

  forward(x: Tensor): Tensor {
    return this.linear.forward(this.mixture.forward(this.norm.forward(x)));
  }
}

/** A schedule as users write them. */
class Halving {
  steps = 0;
  constructor(readonly optimizer: { lr: number }) {}
  step(): void {
    this.steps++;
    this.optimizer.lr /= 2;
  }
  stateDict() {
    return { steps: this.steps, past: [null, true, { lr: this.optimizer.lr }], note: 'a.b' };
  }
  loadStateDict(state: { steps: number }): void {
    this.steps = state.steps;
  }
}

function start(seed: number, kind: typeof SGD | typeof AdamW = SGD) {
  const model = new Net(seed);
  const options = kind === SGD ? { lr: 0.5, momentum: 0.9 } : { lr: 0.5 };
  const optimizer = new kind(model.parameters(), options);
  return { model, optimizer, schedule: new Halving(optimizer), random: createRandom(seed) };
}

function train({ model, optimizer, schedule, random }: ReturnType<typeof start>): void {
  const values = Float32Array.from({ length: 24 }, () => random.normal());
  optimizer.zeroGrad();
  const y = model.forward(tensor(values, { shape: [8, 3] }));
  y.mul(y).sum().backward();
  optimizer.step();
  schedule.step();
}

for (const kind of [SGD, AdamW]) {
  t.test(`training goes on as if it had not been interrupted: ${kind.name}`, async (t) => {
    const run = start(1, kind);
    for (let step = 0; step < 3; step++) train(run);
    const bytes = await saveCheckpoint(run, { step: 3, best: { loss: 0.1 } });
    for (let step = 0; step < 3; step++) train(run);
    const resumed = start(2, kind);
    t.strictSame(await loadCheckpoint(bytes, resumed), { step: 3, best: { loss: 0.1 } });
    t.equal(resumed.schedule.steps, 3);
    for (let step = 0; step < 3; step++) train(resumed);
    t.strictSame(await resumed.model.stateDict(), await run.model.stateDict());
    t.strictSame(await resumed.optimizer.stateDict(), await run.optimizer.stateDict());
  });
}

t.test('any reader of safetensors finds the tensors, under named keys', async (t) => {
  const run = start(1);
  train(run);
  const { state, metadata } = loadSafetensors(await saveCheckpoint(run, { step: 1 }));
  const weights = await run.model.stateDict();
  for (const [key, entry] of Object.entries(weights)) t.strictSame(state[`model.${key}`], entry, key);
  t.ok(state['optimizer.state.0.momentumBuffer']);
  t.equal(metadata.values, '{"step":1}');
  t.equal(metadata.framework, 'mixgrad');
});

t.test('parts that are not asked for are left alone, values are read without any', async (t) => {
  const run = start(1);
  const bytes = await saveCheckpoint(run, { step: 0 });
  const { model } = start(2);
  await loadCheckpoint(bytes, { model });
  t.strictSame(await model.stateDict(), await run.model.stateDict());
  t.strictSame(await loadCheckpoint(bytes, {}), { step: 0 });
  await t.rejects(loadCheckpoint(await saveCheckpoint({ model }), run), {
    constructor: OptionError,
    message: 'loadCheckpoint: the file has model, expected optimizer, schedule, random too',
  });
});

t.test('nothing changes unless all of it fits', async (t) => {
  const bytes = await saveCheckpoint(start(1));
  const { model, random } = start(2);
  const optimizer = new SGD([tensor([1], { requiresGrad: true })]);
  const [before, draws] = [await model.stateDict(), random.state()];
  await t.rejects(loadCheckpoint(bytes, { random, model, optimizer }), { name: 'OptionError' });
  t.strictSame(await model.stateDict(), before);
  t.strictSame(random.state(), draws);
  await t.rejects(loadCheckpoint(bytes, { model: new Linear(1, 1) }), { name: 'OptionError' });
  const wide = Object.assign(start(2).model, { linear: new Linear(3, 4) });
  await t.rejects(loadCheckpoint(bytes, { model: wide }), { name: 'ShapeError' });
});

t.test('any byte that is changed or missing is noticed', async (t) => {
  const random: Random = createRandom(1);
  const bytes = await saveCheckpoint({ model: new Linear(2, 1), random }, { step: 12 });
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [1, 128]) {
      const changed = bytes.slice();
      changed[at] ^= bit;
      // A space for another of the header's end, or a letter of what the values do not depend on, changes nothing.
      const loaded = await loadCheckpoint(changed, { random }).catch((error) => error);
      if (!(loaded instanceof DataError)) t.strictSame(loaded, { step: 12 }, `byte ${at}`);
    }
    await t.rejects(loadCheckpoint(bytes.subarray(0, at), {}), { name: 'DataError' }, `${at} bytes`);
  }
});

t.test('what is no checkpoint, or one of another version, is refused', async (t) => {
  await t.rejects(loadCheckpoint(saveSafetensors({}), {}), {
    constructor: DataError,
    message: 'loadCheckpoint: the file is no checkpoint, expected what saveCheckpoint() returned',
  });
  const { state, metadata } = loadSafetensors(await saveCheckpoint({}));
  const newer = saveSafetensors(state, { ...metadata, checkpoint: '2' });
  await t.rejects(loadCheckpoint(newer, {}), {
    constructor: DataError,
    message: 'loadCheckpoint: the file has version 2, expected 1',
  });
});

t.test('what JSON does not have is refused by name', async (t) => {
  const part = (state: unknown): HasState => ({ stateDict: () => state, loadStateDict() {} });
  const circle: unknown[] = [];
  circle.push(circle);
  const wrong: [state: unknown, message: RegExp][] = [
    [
      { best: Number.POSITIVE_INFINITY },
      /^saveCheckpoint: part\.best is Infinity, expected a number, a text/,
    ],
    [{ rule: () => 1 }, /^saveCheckpoint: part\.rule is the function rule/],
    [[1, new Float32Array(1)], /^saveCheckpoint: part\.1 is a Float32Array/],
    [{ left: undefined }, /^saveCheckpoint: part\.left is undefined/],
    [circle, /^saveCheckpoint: part is nested deeper than 64 levels/],
    [
      { 'a.b': { shape: [], data: Float32Array.of(1) }, a: { b: { shape: [], data: Float32Array.of(1) } } },
      /^saveCheckpoint: two entries are part\.a\.b/,
    ],
  ];
  for (const [state, message] of wrong)
    await t.rejects(saveCheckpoint({ part: part(state) }), { constructor: OptionError, message });
});
