// What one may do at the bench: each move makes another state.
import { createRandom, noGrad, tensor } from '../../../lib/index.js';
import { seedMixture } from '../../../lib/ops/mixture/seeding.js';
import { lastMixture } from './numbers.js';
import {
  type BenchState,
  COUNT,
  neighbour,
  REACH,
  toPlace,
  toStart,
  toUpstream,
  upstreamOf,
} from './state.js';

/** Moves a sample; with `isWarm` EM starts from the mixture that was there before. */
export function moveSample(state: BenchState, index: number, value: number): BenchState {
  const samples = state.samples.with(index, toPlace(value));
  return { ...(state.isWarm ? warmStart(state) : state), samples };
}

/** EM starts from the last mixture, as a layer does at its next batch: the statistics that normalized, with regCovar. */
export function warmStart(state: BenchState): BenchState {
  const { weights, means, deviations } = lastMixture(state);
  const variances = deviations.map((deviation) => deviation ** 2 + state.regCovar);
  return { ...state, start: toStart({ weights, means, variances }) };
}

/** EM starts from means that k-means++ draws, as a layer does at its first batch. */
export function seededStart(state: BenchState, components: number, seed: number): BenchState {
  const { samples, regCovar } = state;
  const [weights, means, variances] = noGrad(() => {
    const x = tensor([...samples], { shape: [samples.length, 1] });
    const drawn = seedMixture(x, { components, posterior: 'joint', regCovar }, createRandom(seed));
    return [drawn.weights, drawn.means, drawn.variances].map((t) => [...t.ndarray().data]);
  });
  return { ...state, seed, start: toStart({ weights, means, variances }) };
}

/** Changes what an output counts in the loss, which has weights of its own from then on. */
export function weigh(state: BenchState, index: number, weight: number): BenchState {
  return { ...state, upstream: upstreamOf(state).with(index, toUpstream(weight)) };
}

/** Gives the loss weights that are drawn at random. */
export function weighAtRandom(state: BenchState): BenchState {
  const { normal } = createRandom(`weights of ${state.samples.length}`);
  return { ...state, upstream: state.samples.map(() => toUpstream(normal())) };
}

/** One sample more, beside the selected one; it is selected. */
export function addSample(state: BenchState): BenchState {
  const { samples, selected, upstream } = state;
  if (samples.length >= COUNT.most) throw new Error(`${COUNT.most} samples are as many as there may be`);
  const value = samples[selected];
  return {
    ...state,
    samples: [...samples, toPlace(value + (value < REACH ? 0.5 : -0.5))],
    selected: samples.length,
    upstream: upstream && [...upstream, 0],
  };
}

/** The selected sample goes, and its neighbour is selected. */
export function removeSample(state: BenchState): BenchState {
  const { samples, selected, upstream } = state;
  if (samples.length <= COUNT.least) throw new Error(`${COUNT.least} samples are as few as there may be`);
  const right = neighbour(state, 1);
  const next = right === selected ? neighbour(state, -1) : right;
  return {
    ...state,
    samples: samples.toSpliced(selected, 1),
    selected: next > selected ? next - 1 : next,
    upstream: upstream?.toSpliced(selected, 1) ?? null,
  };
}
