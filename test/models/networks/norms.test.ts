// The norms of a network: what stands where, what is drawn, and what is refused.
import t from 'tap';
import {
  BatchNorm2d,
  createRandom,
  GhostBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  MixtureNorm2d,
  ModeNorm2d,
  OptionError,
  tensor,
} from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import {
  Identity,
  type NormContext,
  type NormSettings,
  normFactory,
  normNames,
} from '../../../models/networks/norms.js';

const network = { name: 'Net', places: { a: 32, b: 32, c: 8 } };
const factory = (settings: NormSettings, context: Partial<NormContext> = {}) =>
  normFactory(settings, network, { random: createRandom(1), ...context });
/** 32 pixels of 2 channels. */
const x = tensor(
  Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i)),
  { shape: [4, 2, 4, 2] },
);
const kinds = (settings: NormSettings) => {
  const norm = factory(settings);
  return Object.keys(network.places).map((place) => norm(2, place).constructor);
};

t.test('each name stands for its layer at every place', (t) => {
  t.strictSame(kinds({ norm: 'bn' }), [BatchNorm2d, BatchNorm2d, BatchNorm2d]);
  t.strictSame(kinds({ norm: 'mn' }), [MixtureNorm2d, MixtureNorm2d, MixtureNorm2d]);
  t.strictSame(kinds({ norm: 'none', normAt: null }), [Identity, Identity, Identity]);
  for (const [norm, layer] of [
    ['ghost', GhostBatchNorm2d],
    ['mode', ModeNorm2d],
    ['layer', GroupNorm],
    ['group', GroupNorm],
    ['instance', InstanceNorm2d],
  ] as const) {
    t.strictSame(kinds({ norm }), [layer, layer, layer]);
  }
  t.end();
});

t.test('normAt places mixture or mode normalization there and batch normalization elsewhere', (t) => {
  t.strictSame(kinds({ norm: 'mode', normAt: ['a'] }), [ModeNorm2d, BatchNorm2d, BatchNorm2d]);
  t.strictSame(kinds({ norm: 'mn', normAt: ['b'] }), [BatchNorm2d, MixtureNorm2d, BatchNorm2d]);
  t.strictSame(kinds({ norm: 'mn', normAt: ['c', 'a'] }), [MixtureNorm2d, BatchNorm2d, MixtureNorm2d]);
  t.end();
});

t.test('γ of the norm begins at normGamma where the norm stands, and at 1 elsewhere', async (t) => {
  for (const norm of normNames) {
    for (const normAt of [null, ['b']]) {
      if (norm === 'none' && normAt) continue;
      const make = factory({ norm, normAt, normGamma: 1.5 });
      for (const place of ['a', 'b']) {
        const { weight } = make(3, place) as BatchNorm2d;
        if (norm === 'none') t.equal(weight, undefined);
        else t.strictSame([...(await weight!.data())], Array(3).fill(place === 'b' || !normAt ? 1.5 : 1));
      }
    }
  }
  const [first] = factory({ norm: 'bn', normGamma: 3 })(2, 'a').parameters();
  t.ok(first.requiresGrad, 'γ is still trained');
});

t.test('features and the options of the mixture reach the layer', (t) => {
  const layer = factory({ norm: 'mn', components: 5, posterior: 'channel' })(7, 'a') as MixtureNorm2d;
  t.strictSame([layer.numFeatures, layer.components, layer.posterior], [7, 5, 'channel']);
  t.equal((factory({ norm: 'bn' })(7, 'a') as BatchNorm2d).numFeatures, 7);
  t.equal((factory({ norm: 'mn', shufflePosteriors: true })(7, 'a') as MixtureNorm2d).shuffle, true);
  t.equal(
    (factory({ norm: 'mn', seeding: 'kmeans', components: 6 })(7, 'a') as MixtureNorm2d).seeding,
    'kmeans',
  );
  t.equal((factory({ norm: 'mode' })(7, 'a') as ModeNorm2d).components, 2);
  t.equal((factory({ norm: 'mode', components: 5 })(7, 'a') as ModeNorm2d).components, 5);
  t.equal((factory({ norm: 'ghost' })(7, 'a') as GhostBatchNorm2d).virtualBatchSize, 8);
  t.equal((factory({ norm: 'ghost', virtualBatchSize: 4 })(7, 'a') as GhostBatchNorm2d).virtualBatchSize, 4);
  const { groups: parts, virtualBatchSize } = factory({ norm: 'ghost', groups: 3, virtualBatchSize: 4 })(
    7,
    'a',
  ) as GhostBatchNorm2d;
  t.strictSame([parts, virtualBatchSize], [3, null]);
  const groups = (norm: 'layer' | 'group', channels: number) =>
    (factory({ norm })(channels, 'a') as GroupNorm).numGroups;
  t.strictSame([groups('layer', 64), groups('group', 64), groups('group', 8)], [1, 32, 8]);
  t.ok(
    (factory({ norm: 'instance' })(7, 'a') as InstanceNorm2d).affine,
    'instance normalization has γ and β',
  );
  t.end();
});

t.test('the norms of different places draw differently, those of the same place alike', async (t) => {
  const meansAt = async (place: string, others: NormSettings) => {
    const norm = factory({ ...others, iterations: 0 })(2, place) as MixtureNorm2d;
    norm.forward(x);
    return norm.running.means.data();
  };
  const first = await meansAt('a', { norm: 'mn' });
  t.strictSame(await meansAt('a', { norm: 'mn', normAt: ['a', 'c'] }), first);
  t.notSame(await meansAt('b', { norm: 'mn' }), first);
});

t.test('messages of a mixture name its place', async (t) => {
  const lines: string[] = [];
  const norm = factory({ norm: 'mn', components: 2 }, { log: (line) => lines.push(line) });
  const layer = norm(2, 'b') as MixtureNorm2d;
  const state = await layer.stateDict();
  state.running_means.data.set([0, 0, 1e3, 1e3]);
  state.num_batches_tracked.data[0] = 1;
  layer.loadStateDict(state);
  layer.forward(x);
  t.strictSame(lines, ['after b: MixtureNorm2d: component 1 died and was re-seeded']);
});

t.test('what does not fit the network is refused, each by its own words', (t) => {
  const refused: [settings: NormSettings, message: string][] = [
    [
      { norm: 'xn' as 'bn' },
      "Net: norm is 'xn', expected one of bn, mn, ghost, mode, layer, group, instance, none",
    ],
    [
      { norm: 'bn', normAt: ['a'] },
      'Net: normAt decides nothing: BN stands at the other places too, with the same γ',
    ],
    [{ norm: 'bn', normAt: ['d'], normGamma: 2 }, "Net: normAt has 'd', expected some of a, b, c"],
    [{ norm: 'none', normAt: ['a'] }, 'Net: normAt decides nothing where there is no normalization'],
    [{ norm: 'mn', normAt: 'a' as never }, "Net: normAt is 'a', expected a list of places"],
    [{ norm: 'mn', normAt: ['a', 'd'] }, "Net: normAt has 'd', expected some of a, b, c"],
    [{ norm: 'mn', normAt: ['a', 'b', 'a'] }, "Net: normAt has 'a' twice, expected each place once"],
    [{ norm: 'mn', normAt: ['constructor'] }, "Net: normAt has 'constructor', expected some of a, b, c"],
    [
      { norm: 'mn', components: 1000 },
      'Net: components is 1000, expected fewer than 1000, for each has a weight of at least 0.001',
    ],
    [
      { norm: 'mn', shufflePosteriors: true, gradient: 'posterior' },
      "Net: shufflePosteriors needs the gradient 'detached', this one is 'posterior'",
    ],
    [
      { norm: 'mn', seeding: 'kmeans', components: 7 },
      'Net: components is 7, expected at most 6 where means are drawn on every batch',
    ],
    [{ norm: 'mn', normAt: [] }, 'Net: normAt is empty, expected some of a, b, c'],
  ];
  for (const [settings, message] of refused) {
    t.throws(() => factory(settings), OptionError);
    t.throws(() => factory(settings), { message });
  }
  t.end();
});

t.test('a network that asks at a place it does not list is refused', (t) => {
  const norm = factory({ norm: 'bn' });
  t.throws(() => norm(2, 'd'), OptionError);
  t.throws(() => norm(2, 'd'), { message: "Net: place is 'd', expected one of a, b, c" });
  t.end();
});

t.test('the same seed draws the same weights whatever the norm and wherever it stands', async (t) => {
  const weightsOf = async (norms: NormSettings, seed = 1) => {
    const network = makeModel('cifar-cnn', norms, { classes: 3, width: 1, random: createRandom(seed) });
    const state = Object.entries(await network.stateDict());
    return Object.fromEntries(state.filter(([key]) => /^(conv\d|linear)\.weight$/.test(key)));
  };
  const expected = await weightsOf({ norm: 'bn' });
  t.equal(Object.keys(expected).length, 5);
  for (const norms of [
    { norm: 'none' },
    { norm: 'mn' },
    { norm: 'mn', normAt: ['conv1'] },
    { norm: 'mn', normAt: ['conv4', 'conv2'] },
    { norm: 'mode' },
    { norm: 'ghost' },
  ] satisfies NormSettings[]) {
    t.strictSame(await weightsOf(norms), expected, JSON.stringify(norms));
  }
  t.notSame(await weightsOf({ norm: 'bn' }, 2), expected);
});
