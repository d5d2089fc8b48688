// Parameter groups: own options, the shorthand lr, states of other groups.
import t from 'tap';
import { Adam, AdamW, type OptimizerState, OptionError, SGD, tensor } from '../../lib/index.js';

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true });

t.test('a group has its own options, and those of the optimizer where it says nothing', async (t) => {
  const [a, b] = [leaf(1), leaf(1)];
  const groups = [{ params: [a] }, { params: [b], lr: 0.5, momentum: undefined }];
  const optimizer = new SGD(groups, { lr: 0.25, momentum: 0.5 });
  t.same(
    optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum]),
    [
      [0.25, 0.5],
      [0.5, 0.5],
    ],
  );
  t.same(optimizer.params, [a, b]);
  for (const param of [a, b]) param.grad = tensor([1]);
  optimizer.step();
  t.same([await a.item(), await b.item()], [0.75, 0.5]);
  optimizer.paramGroups[1].lr = 0;
  optimizer.step();
  t.same([await a.item(), await b.item()], [0.75 - 0.25 * 1.5, 0.5]);
});

t.test('an option written into a group is checked before anything moves', async (t) => {
  const [a, b] = [leaf(1), leaf(1)];
  const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 1 });
  for (const param of [a, b]) param.grad = tensor([1]);
  optimizer.paramGroups[1].lr = Number.NaN;
  t.throws(() => optimizer.step(), new OptionError('SGD: lr is NaN, expected a number of at least 0'));
  t.same([await a.item(), await b.item()], [1, 1]);
  t.throws(() => Object.assign(optimizer.paramGroups[0], { params: [b] }), TypeError, 'parameters stay');
});

t.test('lr is the rate of the only group', (t) => {
  const optimizer = new SGD([{ params: [leaf(1)], lr: 0.5 }]);
  t.equal(optimizer.lr, 0.5);
  const several = new SGD([{ params: [leaf(1)] }, { params: [leaf(1)] }]);
  const message = 'SGD: lr is that of one group, and there are 2: see paramGroups';
  t.throws(() => several.lr, new OptionError(message));
  t.end();
});

t.test('a state has the groups, and fits only the same groups of the same optimizer', async (t) => {
  const make = (...sizes: number[]) => {
    const params = Array.from({ length: 3 }, (_, i) => leaf(i + 1));
    let first = 0;
    return new AdamW(
      sizes.map((size, g) => {
        first += size;
        return { params: params.slice(first - size, first), lr: (g + 1) / 8 };
      }),
    );
  };
  const optimizer = make(1, 2);
  for (const param of optimizer.params) param.grad = tensor([0.5]);
  optimizer.step();
  const state = await optimizer.stateDict();
  t.same(
    state.paramGroups.map(({ lr, params }) => [lr, params]),
    [
      [0.125, [0]],
      [0.25, [1, 2]],
    ],
  );
  const same = make(1, 2);
  same.paramGroups[1].lr = 7;
  same.loadStateDict(state);
  t.same(await same.stateDict(), state);
  const refused: [{ loadStateDict(state: OptimizerState): void }, string][] = [
    [make(3), 'AdamW: paramGroups is an array of 2, expected an array of one group'],
    [make(2, 1), 'AdamW: paramGroups[0].params is [0], expected 2 indices from 0 on'],
    [new Adam([leaf(1)]), "Adam: optimizer of the state is 'AdamW', expected 'Adam'"],
  ];
  for (const [other, message] of refused) {
    t.throws(() => other.loadStateDict(state), new OptionError(message));
  }
});

t.test('a group that does not fit changes no group', async (t) => {
  const optimizer = new SGD([{ params: [leaf(1)] }, { params: [leaf(1)] }]);
  const state = await optimizer.stateDict();
  const [one, two] = state.paramGroups;
  const wrong = {
    ...state,
    paramGroups: [
      { ...one, lr: 3 },
      { ...two, lr: -1 },
    ],
  };
  t.throws(
    () => optimizer.loadStateDict(wrong),
    new OptionError('SGD: lr is -1, expected a number of at least 0'),
  );
  t.same(await optimizer.stateDict(), state);
});
