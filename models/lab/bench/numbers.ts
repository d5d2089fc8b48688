// The bench's numbers. All are the library's, on the current device, which must be a synchronous one: of `reference` they are float64.
import {
  batchNorm,
  emFit,
  grad,
  MIXTURE_DEFAULTS,
  type Mixture,
  type MixtureGradient,
  mixtureNorm,
  noGrad,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { type BenchState, type Start, upstreamOf } from './state.js';

/** A mixture of one channel as one reads it. */
export interface Components {
  weights: number[];
  means: number[];
  deviations: number[];
}

/** What is known as soon as a sample moves. */
export interface Outcome {
  /** After the last round of EM; its variances have regCovar in them. */
  mixture: Components;
  /** By component, then by sample: under that mixture. */
  posteriors: number[][];
  /** Mean log-likelihood before the first round and after each. */
  logLikelihoods: number[];
  /** The statistics that mixture normalization normalizes by: of those posteriors, without regCovar. */
  normalizing: Components;
  /** Outputs. */
  bn: number[];
  mn: number[];
  /** The loss' gradient by each sample. */
  gradients: { bn: number[]; detached: number[]; posterior: number[] };
}

/** What takes longer: the exact gradient of mixture normalization, and what it should be. */
export interface Exact {
  unrolled: number[];
  differences: number[];
}

const { eps, minWeight } = MIXTURE_DEFAULTS;
/** Half the distance between two evaluations of central differences. */
const STEP = 1e-6;

const read = (t: Tensor): number[] => [...t.ndarray().data];
const column = (values: readonly number[], requiresGrad = false) =>
  tensor([...values], { shape: [values.length, 1], requiresGrad });

function startOf({ weights, means, variances }: Start): Mixture {
  return { weights: tensor([...weights]), means: column(means), variances: column(variances) };
}

const componentsOf = ({ weights, means, variances }: Mixture): Components => ({
  weights: read(weights),
  means: read(means),
  deviations: read(variances).map(Math.sqrt),
});

/** The options of EM and of mixture normalization. */
function emOptions({ rounds, regCovar, start }: BenchState) {
  return { iterations: rounds, regCovar, minWeight, init: startOf(start) };
}

/** The loss' gradient by each sample. */
function pullBack(state: BenchState, x: Tensor, y: Tensor): number[] {
  const [gradient] = grad(y, x, { gradOutputs: column(upstreamOf(state)) });
  return read(gradient);
}

function byBatch(state: BenchState): { outputs: number[]; gradient: number[] } {
  const x = column(state.samples, true);
  const y = batchNorm(x, { training: true, eps });
  return { outputs: read(y), gradient: pullBack(state, x, y) };
}

function byMixture(
  state: BenchState,
  gradient: MixtureGradient,
): { outputs: number[]; statistics: Components; gradient: number[] } {
  const x = column(state.samples, true);
  const { y, ...mixture } = mixtureNorm(x, { ...emOptions(state), scale: state.scale, eps, gradient });
  const [outputs, statistics] = [read(y), componentsOf(mixture)];
  return { outputs, statistics, gradient: pullBack(state, x, y) };
}

/** The statistics that mixture normalization normalizes by. */
export function lastMixture(state: BenchState): Components {
  return noGrad(() => componentsOf(mixtureNorm(column(state.samples), emOptions(state))));
}

function fit(state: BenchState): Pick<Outcome, 'mixture' | 'posteriors' | 'logLikelihoods'> {
  return noGrad(() => {
    const { posteriors, logLikelihoods, ...mixture } = emFit(column(state.samples), emOptions(state));
    const components = componentsOf(mixture);
    const all = read(posteriors);
    const K = components.weights.length;
    return {
      mixture: components,
      posteriors: components.weights.map((_, k) => state.samples.map((_, i) => all[i * K + k])),
      logLikelihoods: logLikelihoods.flatMap(read),
    };
  });
}

export function outcomeOf(state: BenchState): Outcome {
  const bn = byBatch(state);
  const [detached, posterior] = (['detached', 'posterior'] as const).map((kind) => byMixture(state, kind));
  return {
    ...fit(state),
    normalizing: detached.statistics,
    bn: bn.outputs,
    mn: detached.outputs,
    gradients: { bn: bn.gradient, detached: detached.gradient, posterior: posterior.gradient },
  };
}

export function exactOf(state: BenchState): Exact {
  return { unrolled: byMixture(state, 'unrolled').gradient, differences: differencesOf(state) };
}

/**
 * (loss(x + h) − loss(x − h)) / 2h for each sample. The operator is called once: with posterior 'channel' each channel has a mixture of
 * its own, so that 2N batches, in each of which one sample has moved, stand side by side as channels.
 */
function differencesOf(state: BenchState): number[] {
  const { samples, scale } = state;
  const [N, C] = [samples.length, 2 * samples.length];
  const moved = samples.map((value, i) =>
    Array.from({ length: C }, (_, c) => (c >> 1 === i ? value + (c % 2 === 0 ? STEP : -STEP) : value)),
  );
  const outputs = noGrad(() => {
    const { init, ...options } = emOptions(state);
    const [weights, means, variances] = [init.weights, init.means, init.variances].map((t) =>
      tensor(read(t).map((value) => Array<number>(C).fill(value))),
    );
    const all = {
      ...options,
      init: { weights, means, variances },
      posterior: 'channel',
      scale,
      eps,
    } as const;
    return read(mixtureNorm(tensor(moved), all).y);
  });
  const upstream = upstreamOf(state);
  const loss = (c: number) => upstream.reduce((sum, weight, i) => sum + weight * outputs[i * C + c], 0);
  return Array.from({ length: N }, (_, i) => (loss(2 * i) - loss(2 * i + 1)) / (2 * STEP));
}
