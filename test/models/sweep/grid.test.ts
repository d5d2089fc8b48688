// From flags with several values to the runs of a sweep.
import t from 'tap';
import { argsOf, combine, type FlagValues, valuesOf } from '../../../models/sweep/grid.js';
import { presetRuns, presets } from '../../../models/sweep/presets.js';
import { runsOf } from '../../../models/sweep/runs.js';
import { differenceOf } from '../../../models/sweep/sweep-file.js';

const names = (flags: readonly FlagValues[]) => runsOf(flags).runs.map(({ name }) => name);

/** Combinations of flags with their texts. */
function grid(flags: Record<string, string>): FlagValues[] {
  return combine(Object.entries(flags).map(([flag, text]) => ({ flag, values: valuesOf(flag, text) })));
}

t.test('a flag has the values between commas, and the integers of a range', async (t) => {
  t.same(valuesOf('norm', 'bn, mn'), ['bn', 'mn']);
  t.same(valuesOf('seed', '1..3,7'), ['1', '2', '3', '7']);
  t.same(valuesOf('seed', '4..4'), ['4']);
  t.same(valuesOf('clip-norm', 'default,1'), [null, '1']);
  t.same(valuesOf('norm-at', 'conv3,conv4'), ['conv3,conv4'], 'a list is one value');
  t.same(valuesOf('data', 'a..b,c'), ['a..b,c'], 'and so is a path');
  t.throws(() => valuesOf('seed', '5..1'), { message: '--seed 5..1: expected the lower end first' });
  t.throws(() => valuesOf('seed', '1..99999'), { message: /a sweep of 99999 runs, expected at most 10000/ });
});

t.test('runs are all combinations, of which the last flag changes fastest', async (t) => {
  t.same(combine([]), [{}]);
  t.same(grid({ norm: 'bn,none', seed: '1..2' }), [
    { norm: 'bn', seed: '1' },
    { norm: 'bn', seed: '2' },
    { norm: 'none', seed: '1' },
    { norm: 'none', seed: '2' },
  ]);
  t.throws(() => grid({ seed: '1..9999', lr: '1,2' }), {
    message: 'a sweep of 19998 runs, expected at most 10000',
  });
});

t.test('flags are written as train reads them', async (t) => {
  t.same(argsOf({ lr: '0.1', augment: false, quiet: true, data: '-x' }), [
    ...['--lr', '0.1'],
    ...['--no-augment', '--quiet', '--data=-x'],
  ]);
});

t.test(
  'a flag that decides nothing for a run is left out there, and what is alike becomes one run',
  async (t) => {
    const { runs, notes } = runsOf(grid({ norm: 'bn,mn', components: '2,3', lr: '0.1' }));
    t.same(
      runs.map(({ name }) => name),
      ['1_bn', '2_mn_components-2', '3_mn_components-3'],
    );
    t.same(runs[0].settings, { norm: 'bn', lr: '0.1', device: 'wasm' });
    t.same(runs[0].args, ['--norm', 'bn', '--lr', '0.1', '--device', 'wasm']);
    t.same(notes, [
      '--components is left out of 2 combinations: only for --norm mn and mode, this one is bn',
      '1 combination left out: the same run as another',
    ]);
    t.same(
      names(
        combine([
          { flag: 'norm', values: ['bn', 'mn'] },
          { flag: 'norm-at', values: ['conv3', null] },
        ]),
      ),
      ['1_bn', '2_mn_norm-at-conv3', '3_mn'],
    );
    t.same(names(grid({ optimizer: 'sgd,adam', momentum: '0.8' })), [
      '1_optimizer-sgd_momentum-0.8',
      '2_optimizer-adam',
    ]);
    t.same(
      names(grid({ components: 'default,3', seed: '1,1' })),
      ['1'],
      'a default that is given is the default',
    );
  },
);

t.test('names are those of folders, and different', async (t) => {
  const lists = [{ flag: 'norm-at', values: ['conv3,conv4', 'conv3, conv1'] }];
  t.same(names(combine(lists)), ['1_norm-at-conv3+conv4', '2_norm-at-conv3++conv1']);
  t.same(names(combine([{ flag: 'augment', values: [true, false] }])), ['1_augment', '2_no-augment']);
});

t.test('what train refuses is refused, in its words', async (t) => {
  const refused: [flags: Record<string, string>, message: RegExp][] = [
    [{ norm: 'bn', components: '2' }, /^--components: only for --norm mn and mode, this one is bn$/],
    [{ norm: 'bn,none', 'norm-at': 'conv3' }, /^--norm-at decides nothing|^--norm-at: only for/],
    [{ lr: '0.1,x' }, /--lr <rate>' argument 'x' is invalid. Expected a number above 0/],
    [{ lr: '0.1,' }, /--lr <rate>' argument '' is invalid/],
    [{ 'norm-at': 'conv7' }, /--norm-at has 'conv7'/],
    [{ norm: 'mn', components: '3,9999' }, /--components is 9999, expected fewer than/],
    [{ dataset: 'synthetic,cifar100' }, /--dataset cifar100: --data DIR names its folder/],
  ];
  for (const [flags, message] of refused)
    t.throws(() => runsOf(grid(flags)), { message }, JSON.stringify(flags));
});

t.test('two lists differ in a flag, by name, or in their order', async (t) => {
  const [a, b, c] = ['1..2', '1..3', '2,1'].map((seed) => runsOf(grid({ seed })).runs);
  t.equal(differenceOf(a, a), null);
  t.equal(differenceOf(a, b), '--seed is 1, 2 there, 1, 2, 3 here');
  t.equal(differenceOf(a, c), '--seed is 1, 2 there, 2, 1 here');
  t.equal(
    differenceOf(a, runsOf(grid({ seed: '1..2', lr: '0.1' })).runs),
    '--lr is left out there, 0.1 here',
  );
  t.equal(differenceOf(a, [a[1], a[0]]), '--seed is 1, 2 there, 2, 1 here');
});

t.test('train takes every run of every preset, none of which is another', async (t) => {
  for (const [name, { arms, vary = {}, sizes }] of Object.entries(presets)) {
    const { runs, notes } = runsOf(presetRuns(name, [], { seeds: 2, epochs: 1 }));
    const varied = combine(
      Object.entries(vary).map(([flag, text]) => ({ flag, values: valuesOf(flag, text) })),
    );
    t.equal(runs.length, 2 * arms.length * varied.length, name);
    t.same(notes, [], name);
    const work = sizes.map(({ seeds, epochs }) => seeds * epochs);
    t.same(
      work,
      work.toSorted((a, b) => b - a),
      `${name}: sizes from the whole to the least`,
    );
  }
});

t.test('flags add to a preset and change its conditions, but not what it decides', async (t) => {
  const given = [
    { flag: 'lr', values: ['0.1', '0.2'] },
    { flag: 'steps', values: ['3'] },
    { flag: 'seed', values: ['9'] },
  ];
  const { runs } = runsOf(presetRuns('scale', given, { seeds: 5, epochs: 10 }));
  t.equal(runs.length, 4);
  for (const { settings } of runs)
    t.match(settings, { seed: '9', steps: '3', norm: 'mn', optimizer: 'adamw' });
  t.notOk(runs.some(({ settings }) => 'epochs' in settings));
  t.same(
    runs.map(({ settings: { scale, lr } }) => `${scale} ${lr}`),
    ['fisher 0.1', 'unit 0.1', 'fisher 0.2', 'unit 0.2'],
  );
  const unit = runsOf(
    presetRuns('gradient', [{ flag: 'scale', values: ['unit'] }], { seeds: 1, epochs: 1 }),
  ).runs;
  t.same(
    unit.map(({ settings: { scale } }) => scale),
    ['unit', 'unit', 'unit'],
    'the scale of mixtures is a condition where no arm has its own',
  );
  for (const [preset, flag] of [
    ['scale', 'norm'],
    ['controls', 'scale'],
    ['rates', 'lr'],
    ['placement', 'norm-at'],
  ])
    t.throws(() => presetRuns(preset, [{ flag, values: ['x'] }], { seeds: 1, epochs: 1 }), {
      name: 'UsageError',
      message: `--${flag}: --preset ${preset} decides it`,
    });
});
