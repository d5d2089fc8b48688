// The bench's numbers are the library's, and its links say its states.
import t from 'tap';
import { openReference } from '../../../kernels/devices/reference.js';
import { batchNorm, emFit, mixtureNorm, setDevice, type Tensor, tensor } from '../../../lib/index.js';
import { hashOf, stateOf } from '../../../models/lab/bench/link.js';
import {
  addSample,
  moveSample,
  removeSample,
  seededStart,
  warmStart,
  weigh,
} from '../../../models/lab/bench/moves.js';
import { exactOf, outcomeOf } from '../../../models/lab/bench/numbers.js';
import { type PresetName, presetNames, presetState } from '../../../models/lab/bench/presets.js';
import { type BenchState, neighbour, orderOf, upstreamOf } from '../../../models/lab/bench/state.js';

setDevice(openReference());

const column = (values: readonly number[], requiresGrad = false) =>
  tensor(
    values.map((value) => [value]),
    { requiresGrad },
  );
const values = (x: Tensor) => [...x.ndarray().data];
const initOf = ({ start }: BenchState) => ({
  weights: tensor([...start.weights]),
  means: column(start.means),
  variances: column(start.variances),
});
const settingsOf = ({ rounds, regCovar }: BenchState) => ({ iterations: rounds, regCovar, minWeight: 1e-3 });
const worst = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

/** States of every kind: each preset, with either scale and either loss, and some more components. */
const states: Record<string, BenchState> = Object.fromEntries(
  presetNames.flatMap((name) => {
    const state = presetState(name);
    return [
      [name, state],
      [`${name}, fisher`, { ...state, scale: 'fisher' }],
      [`${name}, one output`, { ...state, upstream: null }],
      [`${name}, K = 4`, seededStart({ ...state, regCovar: 0.01 }, 4, 7)],
    ];
  }),
);

for (const [name, state] of Object.entries(states)) {
  t.test(`${name}: outputs and gradients are those of backward()`, async (t) => {
    const outcome = outcomeOf(state);
    const { unrolled } = exactOf(state);
    const gradient = column(upstreamOf(state));
    const { scale } = state;
    const mixture = { init: initOf(state), ...settingsOf(state), scale };
    const found = { ...outcome.gradients, unrolled };
    for (const kind of ['detached', 'posterior', 'unrolled'] as const) {
      const x = column(state.samples, true);
      const { y } = mixtureNorm(x, { ...mixture, gradient: kind });
      if (kind === 'detached') t.strictSame(outcome.mn, values(y));
      y.backward({ gradient });
      t.strictSame(found[kind], values(x.grad!), kind);
    }
    const x = column(state.samples, true);
    const y = batchNorm(x, { training: true });
    t.strictSame(outcome.bn, values(y));
    y.backward({ gradient });
    t.strictSame(outcome.gradients.bn, values(x.grad!));
  });

  t.test(`${name}: unrolled is the true derivative`, async (t) => {
    const { unrolled, differences } = exactOf(state);
    t.ok(worst(unrolled, differences) < 1e-6, `${worst(unrolled, differences)}`);
  });

  t.test(`${name}: mixture and posteriors are those of emFit`, async (t) => {
    const { mixture, posteriors, logLikelihoods } = outcomeOf(state);
    const fit = emFit(column(state.samples), { init: initOf(state), ...settingsOf(state) });
    t.strictSame(mixture.weights, values(fit.weights));
    t.strictSame(mixture.means, values(fit.means));
    t.strictSame(mixture.deviations, values(fit.variances).map(Math.sqrt));
    t.strictSame(logLikelihoods, fit.logLikelihoods.flatMap(values));
    const all = values(fit.posteriors);
    const flat = state.samples.flatMap((_, i) => posteriors.map((each) => each[i]));
    t.strictSame(flat, all);
  });
}

t.test('differences side by side are those of one batch after the other', async (t) => {
  for (const name of ['two', 'three, fisher', 'uniform, K = 4']) {
    const state = states[name];
    const loss = (samples: readonly number[]) => {
      const { mn } = outcomeOf({ ...state, samples });
      return upstreamOf(state).reduce((sum, weight, i) => sum + weight * mn[i], 0);
    };
    const each = state.samples.map((value, i) => {
      const [up, down] = [1e-6, -1e-6].map((h) => loss(state.samples.with(i, value + h)));
      return (up - down) / 2e-6;
    });
    t.strictSame(exactOf(state).differences, each, name);
  }
});

t.test('detached leaves something out where hills overlap, and nothing where they lie apart', async (t) => {
  const error = (state: BenchState) => worst(outcomeOf(state).gradients.detached, exactOf(state).differences);
  t.ok(error(presetState('two')) > 1, 'two hills');
  t.ok(error(presetState('outlier')) < 1e-6, 'an outlier far away');
});

t.test('with all weights 1 no gradient is left, since outputs add up to 0', async (t) => {
  for (const name of presetNames) {
    const state = { ...presetState(name), upstream: presetState(name).samples.map(() => 1) };
    const { bn, detached, posterior } = outcomeOf(state).gradients;
    const all = [bn, detached, posterior, exactOf(state).unrolled].flat();
    t.ok(Math.max(...all.map(Math.abs)) < 1e-12, name);
  }
});

t.test('the log-likelihood never falls', async (t) => {
  for (const name of ['two', 'three', 'uniform', 'equal'] as const) {
    for (const seed of [1, 2, 3]) {
      const state = { ...seededStart(presetState(name), 3, seed), regCovar: 0, rounds: 20 };
      const { logLikelihoods } = outcomeOf(state);
      t.equal(logLikelihoods.length, 21);
      const falls = logLikelihoods.slice(1).map((value, i) => logLikelihoods[i] - value);
      t.ok(Math.max(...falls) < 1e-12, `${name}, seed ${seed}: ${Math.max(...falls)}`);
    }
  }
});

t.test('two equal components stay equal', async (t) => {
  const { posteriors, mn, bn } = outcomeOf({ ...presetState('equal'), rounds: 20 });
  t.ok(posteriors.flat().every((share) => share === 0.5));
  t.ok(worst(mn, bn) < 1e-12, 'and MN is BN');
});

t.test('an outlier has a component of its own: MN puts it at 0, and BN squeezes the others', async (t) => {
  const { bn, mn, mixture } = outcomeOf(presetState('outlier'));
  const spread = (outputs: readonly number[]) =>
    Math.max(...outputs.slice(0, -1)) - Math.min(...outputs.slice(0, -1));
  t.ok(Math.abs(mn[39]) < 1e-6);
  t.ok(bn[39] > 4);
  t.ok(spread(mn) > 1.5 * spread(bn));
  t.ok(mixture.weights.some((weight) => Math.abs(weight - 1 / 40) < 1e-6));
});

t.test('a warm start goes on where EM ended', async (t) => {
  const state = presetState('two');
  const warm = outcomeOf({ ...warmStart(state), rounds: 0 });
  const on = outcomeOf({ ...state, rounds: state.rounds + 1 });
  t.ok(worst(warm.mixture.means, on.mixture.means) < 1e-5);
  t.ok(Math.abs(warm.logLikelihoods[0] - on.logLikelihoods.at(-1)!) < 1e-5);
  const moved = moveSample({ ...state, isWarm: true }, 0, -5);
  t.strictSame(moved.start, warmStart(state).start, 'with every move, if so wished');
  t.strictSame(moveSample(state, 0, -5).start, state.start, 'and else not');
});

t.test('samples are moved, added and removed', async (t) => {
  const state = presetState('two');
  t.equal(moveSample(state, 3, 1.23456).samples[3], 1.23);
  t.equal(moveSample(state, 3, 99).samples[3], 8);
  const more = addSample({ ...state, selected: 5 });
  t.equal(more.samples.length, 41);
  t.equal(more.selected, 40);
  t.equal(more.upstream!.length, 41);
  t.strictSame(removeSample(more).samples, state.samples);
  t.equal(
    removeSample(more).selected,
    orderOf(state.samples).find((i) => state.samples[i] > more.samples[40]),
  );
  let fewer: BenchState = { ...state, selected: 39 };
  while (fewer.samples.length > 2) fewer = removeSample(fewer);
  t.strictSame(fewer.samples, state.samples.slice(0, 2), 'the last one goes, and the one before is selected');
  t.throws(() => removeSample(fewer), { message: /2 samples/ });
  t.throws(() => addSample({ ...state, samples: Array(60).fill(0) }), { message: /60 samples/ });
  t.equal(neighbour({ ...state, samples: [3, 1, 2], selected: 1 }, 1), 2);
  t.equal(neighbour({ ...state, samples: [3, 1, 2], selected: 0 }, 1), 0, 'there is none further');
});

t.test('a link says every state', async (t) => {
  const initial = presetState('two');
  t.equal(hashOf(initial, initial), '');
  const moved = warmStart(moveSample({ ...states['three, fisher'], isWarm: true, rounds: 7 }, 4, -0.01));
  const all = { ...states, moved, weighed: weigh(moved, 2, -1.34), fewer: removeSample(states.outlier) };
  for (const [name, state] of Object.entries(all)) {
    const { state: read, problems } = stateOf(`#${hashOf(state, initial)}`, initial);
    t.strictSame(read, state, name);
    t.same(problems, [], name);
  }
  t.ok(hashOf(weigh(moved, 2, -1.34), initial).length < 500, 'a short one');
});

t.test('what a link cannot say is named, and the rest is taken', async (t) => {
  const initial = presetState('two');
  const x = 'x=100_-250_300';
  const cases: Record<string, RegExp> = {
    'x=1_b': /^x: it holds “b”/,
    'x=1_801': /^x: it holds 801, expected whole numbers from −800 to 800/,
    'x=1': /^x: it has 1 samples, expected 2 to 60/,
    'rounds=21': /^rounds: EM rounds is “21”, expected a whole number from 0 to 20/,
    'regCovar=0': /^regCovar: regCovar is “0”, expected a number from 0.000001 to 1/,
    'scale=small': /^scale: scale is “small”, expected unit or fisher/,
    'at=0': /^at: there is no sample 0/,
    'at=41': /^at: it holds 41/,
    'g=1_2': /^g: it has 2 weights, expected one for each of 3 samples/,
    'start=1': /^start: expected as many weights as means and variances/,
    'start=0.5_0.6*0_0*1_1': /^start: its weights add up to 1.1/,
    'start=0.5_0.5*0_0*1_0': /^start: a variance is 0, expected 0.000001 to 10000/,
    'start=0.5_0.5*0_1e9*1_1': /^start: a mean is 1000000000, expected −100 to 100/,
    'seed=x': /^seed: it holds “x”/,
    'colour=red': /^colour: there is no such word/,
  };
  for (const [word, message] of Object.entries(cases)) {
    const link = word.startsWith('x') ? word : `${x}&${word}`;
    const { state, problems } = stateOf(link, initial);
    t.equal(problems.length, 1, word);
    t.match(problems[0], message);
    t.strictSame(state.samples, word.startsWith('x') ? initial.samples : [1, -2.5, 3], word);
    t.equal(state.rounds, initial.rounds);
    t.equal(upstreamOf(state).length, state.samples.length);
  }
});

t.test('every preset is what it is called', async (t) => {
  const counts = presetNames.map((name: PresetName) => presetState(name).start.weights.length);
  t.strictSame(counts, [2, 3, 2, 3, 2]);
  for (const name of presetNames) t.equal(presetState(name).samples.length, 40, name);
});
