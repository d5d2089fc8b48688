// Batch normalization. Ioffe & Szegedy, "Batch Normalization", arXiv 1502.03167.
import { OptionError, ShapeError } from '../errors.js';
import { format, numel, sameShape } from '../shape.js';
import { defineOp, run, view } from '../tape/op.js';
import { ones, type Tensor, zeros } from '../tensor/tensor.js';

/** Options of batchNorm; the defaults are PyTorch's. */
export interface BatchNormOptions {
  /** Running mean and variance, each [C]: used in evaluation, and updated in place in training. */
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  /** γ and β, each [C]; 1 and 0 by default. */
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** Whether to normalize by the batch's own statistics. */
  training?: boolean;
  /** Share of the new batch in the running statistics. */
  momentum?: number;
  /** Added to the variance. */
  eps?: number;
}

type Attrs = Required<Omit<BatchNormOptions, 'weight' | 'bias'>>;

const normalize = defineOp<[x: Tensor, weight: Tensor, bias: Tensor, attrs: Attrs]>('batchNorm', {
  forward: (run, x, weight, bias, attrs) => {
    const moments = attrs.training
      ? batchMoments(x, attrs)
      : run('stack', [attrs.runningMean!, attrs.runningVar!]);
    const out = run('batchNorm', [channelRows(x), moments, weight, bias], { eps: attrs.eps });
    return { out: view(out, x.shape), saved: { moments } };
  },
  /** Σ g and Σ g x̂ of each channel. */
  shared: (run, g, { saved }, x, _weight, _bias, { eps }) =>
    run('batchNormGradSums', [channelRows(g), channelRows(x), saved.moments], { eps }),
  vjp: {
    x: (run, g, { saved, shared }, x, weight, _, { training, eps }) => {
      const inputs = [channelRows(g), channelRows(x), saved.moments, weight, shared];
      return view(run('batchNormGradInput', inputs, { eps, training: Number(training) }), x.shape);
    },
    weight: (run, _, { shared }) => run('part', [shared], { index: 1 }),
    bias: (run, _, { shared }) => run('part', [shared], { index: 0 }),
  },
});

/** Mean and variance [2, C] of a batch; the running ones move towards them, the variance unbiased. */
function batchMoments(x: Tensor, { runningMean, runningVar, momentum }: Attrs): Tensor {
  const channels = x.shape[1];
  const samples = x.size / channels;
  const moments = run('channelMoments', [channelRows(x)]);
  if (runningMean) moveTowards(runningMean, moments, { offset: 0, momentum, factor: 1 });
  if (runningVar)
    moveTowards(runningVar, moments, { offset: channels, momentum, factor: samples / (samples - 1) });
  return moments;
}

/** running = (1 − momentum)·running + momentum·factor·batch, in place; the batch's values start at `offset`. */
export function moveTowards(
  running: Tensor,
  batch: Tensor,
  attrs: { offset: number; momentum: number; factor: number },
): void {
  const moved = run('runningAverage', [running, batch], attrs);
  running.assign(moved);
  moved.dispose();
}

/**
 * y = γ (x − μ) / √(σ² + eps) + β for each channel of x [N, C, …], μ and σ² over N and the spatial axes (σ²
 * biased), or the running ones in evaluation. In training runningMean and runningVar move by `momentum` towards
 * the batch's (the variance unbiased).
 * @throws ShapeError, OptionError naming what does not fit.
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  const { runningMean = null, runningVar = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
  const { weight, bias } = options;
  checkNormInput('batchNorm', x, { runningMean, runningVar, weight, bias });
  checkRange('batchNorm', 'eps', eps, 0, Number.POSITIVE_INFINITY);
  checkRange('batchNorm', 'momentum', momentum, 0, 1);
  if (training && x.size === x.shape[1]) {
    throw new ShapeError(
      `batchNorm: x has shape ${format(x.shape)}, one value a channel: nothing to normalize by`,
    );
  }
  if (!training && !(runningMean && runningVar)) {
    throw new OptionError('batchNorm: evaluation needs runningMean and runningVar');
  }
  return normalize(x, ...affineOf(x, options), { runningMean, runningVar, training, momentum, eps });
}

/** x [N, C, …] as [N, C, S], S the product of the spatial axes; outside the tape. */
export function channelRows(x: Tensor): Tensor {
  return view(x, [x.shape[0], x.shape[1], numel(x.shape.slice(2))]);
}

/** γ and β, or 1 and 0 where there are none. */
export function affineOf(
  x: Tensor,
  { weight, bias }: Pick<BatchNormOptions, 'weight' | 'bias'>,
): [Tensor, Tensor] {
  const [shape, device] = [[x.shape[1]], { device: x.device }];
  return [weight ?? ones(shape, device), bias ?? zeros(shape, device)];
}

/** Throws unless x is [N, C, …] and every tensor given is [C]. */
export function checkNormInput(
  op: string,
  x: Tensor,
  perChannel: Record<string, Tensor | null | undefined>,
): void {
  if (x.shape.length < 2) throw new ShapeError(`${op}: x has shape ${format(x.shape)}, expected [N, C, …]`);
  for (const [name, t] of Object.entries(perChannel)) {
    if (t && !sameShape(t.shape, [x.shape[1]])) {
      throw new ShapeError(`${op}: ${name} has shape ${format(t.shape)}, x has ${x.shape[1]} channels`);
    }
  }
}

/** Throws unless least ≤ value ≤ most. */
export function checkRange(op: string, option: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`;
  throw new OptionError(`${op}: ${option} is ${value}, expected a number ${range}`);
}
