// Mode normalization: each image belongs to K modes by learned gates, and each mode has its own statistics.
// Deecke, Murray & Bilen, "Mode Normalization", ICLR 2019, arXiv 1810.05466; docs/normalizations.md has the formulas.
import * as k from '../../kernels/normalization.js';
import { OptionError, ShapeError } from '../errors.js';
import { anything, flag, number, type Read, readOptions } from '../options.js';
import { format, sameShape } from '../shape.js';
import { defineOp } from '../tape/op.js';
import { checkTensors, commonDevice, run, view } from '../tape/run.js';
import type { Tensor } from '../tensor/tensor.js';
import { sum } from './broadcast.js';
import { add, div, exp, mul, relu, sqrt, sub } from './elementwise.js';
import { matmul } from './matmul.js';
import { permute, reshape, slice } from './movement.js';
import {
  channelShape,
  checkNormInput,
  moveTowards,
  type NormOptions,
  normSchema,
  nothingToNormalize,
} from './normalization.js';
import { logSoftmax, mean } from './reduce.js';

/** Options of modeNorm; weight and bias are α and β [C], which all modes share. */
export interface ModeNormOptions extends NormOptions {
  /** W [K, C] of the gates. */
  gateWeight: Tensor;
  /** b [K] of the gates. */
  gateBias: Tensor;
  /** Running means of x and x² under each mode, each [K, C]: used in evaluation, and updated in place in training. @default none */
  runningMeans?: Tensor | null;
  runningSquares?: Tensor | null;
  /** Whether to normalize by the batch's own statistics. @default false */
  training?: boolean;
  /** Share of the new batch in the running means. @default 0.1 */
  momentum?: number;
}

/** How the options of modeNorm are read. */
export const modeNormSchema = {
  ...normSchema,
  gateWeight: anything<Tensor | null>(null),
  gateBias: anything<Tensor | null>(null),
  runningMeans: anything<Tensor | null>(null),
  runningSquares: anything<Tensor | null>(null),
  training: flag(false),
  momentum: number(0.1, { least: 0, most: 1 }),
};

/** What is needed of the images: mean and variance of each channel of each, and log gates [N, K]. */
interface Images {
  means: Tensor;
  variances: Tensor;
  logGates: Tensor;
}

/** Each mode's variances [K, C], and how far each image's means are from the mode's, [K, N, C]. */
interface Modes {
  variances: Tensor;
  distances: Tensor;
}

/**
 * Mode normalization of x [N, C, …]: y = α Σ_k g_nk (x − μ_k) / √(σ²_k + eps) + β. The gates g_n = softmax(W φ_n + b) of
 * an image are computed from φ_n, the means of its channels; μ_k and σ²_k are the mean and the biased variance of each
 * channel, each image weighted by g_nk, or the running ones in evaluation. Gradients take part in gates and statistics.
 * @throws ShapeError, OptionError naming what does not fit.
 *
 * @example
 * ```js
 * import { modeNorm, tensor } from 'mixgrad';
 *
 * // four images of one channel; the gates tell negative ones from positive ones
 * const x = tensor([[[-5, -7]], [[-5, -7]], [[4, 6]], [[4, 6]]]);
 * const gates = { gateWeight: tensor([[-9], [9]]), gateBias: tensor([0, 0]) };
 * console.log(Array.from(await modeNorm(x, { ...gates, training: true }).data(), (v) => v.toFixed(2)).join(' '));
 * ```
 * ```text
 * 1.00 -1.00 1.00 -1.00 -1.00 1.00 -1.00 1.00
 * ```
 */
export function modeNorm(x: Tensor, options: ModeNormOptions): Tensor {
  const read = readOptions('modeNorm', options, modeNormSchema);
  const { gateWeight, gateBias } = checkModes(x, read);
  const rows = reshape(x, channelShape(x));
  const moments = momentsOf({ x: rows });
  const [means, variancesWithin] = [0, 1].map((i) =>
    reshape(slice(moments, 0, i, i + 1), x.shape.slice(0, 2)),
  );
  const logits = add(matmul(means, permute(gateWeight, [1, 0])), gateBias);
  const images = { means, variances: variancesWithin, logGates: logSoftmax(logits, 1) };
  const { variances, distances } = read.training ? modesOf(images, read) : runningModes(images, read);
  const gates = exp(images.logGates);
  const rho = div(1, sqrt(add(variances, read.eps)));
  // Σ_k g_nk (x − μ_k) ρ_k = (x − φ_n) Σ_k g_nk ρ_k + Σ_k g_nk (φ_n − μ_k) ρ_k: one pass over x for all modes
  let scale = matmul(gates, rho);
  let shift = sum(mul(mul(byMode(gates), distances), ofMode(rho)), 0);
  if (read.weight) [scale, shift] = [mul(scale, read.weight), mul(shift, read.weight)];
  if (read.bias) shift = add(shift, read.bias);
  const centred = sub(rows, ofImage(means));
  return reshape(add(mul(centred, ofImage(scale)), ofImage(shift)), x.shape);
}

/** Means and biased variances [2, N, C] of the channels of images x [N, C, S]; dx = (dμ + 2 (x − μ) dσ²) / S. */
const momentsOf = defineOp('moments', {
  forward: ({ x }: { x: Tensor }) => {
    const [N, C, S] = x.shape;
    return view(run(k.rowMoments, [view(x, [1, N * C, S])]), [2, N, C]);
  },
  vjp: {
    x: ({ g, x, out }) => {
      const [N, C, S] = x.shape;
      const [mean, level, slope] = [slice(out, 0, 0, 1), slice(g, 0, 0, 1), slice(g, 0, 1, 2)].map((t) =>
        reshape(t, [N, C, 1]),
      );
      return add(mul(sub(x, mean), mul(slope, 2 / S)), div(level, S));
    },
  },
});

/** [N, K] as [K, N, 1]. */
function byMode(t: Tensor): Tensor {
  return reshape(permute(t, [1, 0]), [t.shape[1], t.shape[0], 1]);
}

/** [K, C] as [K, 1, C]. */
function ofMode(t: Tensor): Tensor {
  return reshape(t, [t.shape[0], 1, t.shape[1]]);
}

/** [N, C] as [N, C, 1]. */
function ofImage(t: Tensor): Tensor {
  return reshape(t, [...t.shape, 1]);
}

/** The modes of a batch. Moves the running means towards them. */
function modesOf({ means, variances, logGates }: Images, read: Read<typeof modeNormSchema>): Modes {
  // g_nk / N_k as a softmax over images: defined where every gate of a mode is too small for a number
  const shares = exp(logSoftmax(logGates, 0));
  // means less one of all images, a constant that the result does not depend on: large ones keep their digits
  const base = mean(means.detach(), 0);
  const offsets = sub(means, base);
  const centres = matmul(permute(shares, [1, 0]), offsets);
  const distances = sub(offsets, ofMode(centres));
  const within = matmul(permute(shares, [1, 0]), variances);
  const between = sum(mul(byMode(shares), mul(distances, distances)), 1);
  const total = add(within, between);
  track(add(centres.detach(), base), total.detach(), read);
  return { variances: total, distances };
}

function track(means: Tensor, variances: Tensor, read: Read<typeof modeNormSchema>): void {
  const { runningMeans, runningSquares, momentum } = read;
  const attrs = { offset: 0, momentum, factor: 1 };
  if (runningMeans) moveTowards(runningMeans, means, attrs);
  if (runningSquares) moveTowards(runningSquares, add(variances, mul(means, means)), attrs);
}

/** The modes by running means, which are constants. */
function runningModes(
  { means }: Images,
  { runningMeans, runningSquares }: Read<typeof modeNormSchema>,
): Modes {
  const [first, second] = [runningMeans!.detach(), runningSquares!.detach()];
  return { variances: relu(sub(second, mul(first, first))), distances: sub(means, ofMode(first)) };
}

/** The gates' tensors. @throws ShapeError, OptionError */
function checkModes(x: Tensor, read: Read<typeof modeNormSchema>): { gateWeight: Tensor; gateBias: Tensor } {
  const { gateWeight, gateBias, runningMeans, runningSquares, weight, bias, training } = read;
  checkNormInput('modeNorm', x, { weight, bias });
  checkTensors('modeNorm', { gateWeight, gateBias });
  const [K, C] = [gateWeight!.shape[0], x.shape[1]];
  if (gateWeight!.shape.length !== 2 || gateWeight!.shape[1] !== C) {
    throw new ShapeError(`modeNorm: gateWeight has shape ${format(gateWeight!.shape)}, expected [K, ${C}]`);
  }
  for (const [name, t, shape] of [
    ['gateBias', gateBias, [K]],
    ['runningMeans', runningMeans, [K, C]],
    ['runningSquares', runningSquares, [K, C]],
  ] as const) {
    if (t === null) continue;
    checkTensors('modeNorm', { [name]: t });
    if (sameShape(t.shape, shape)) continue;
    throw new ShapeError(`modeNorm: ${name} has shape ${format(t.shape)}, expected ${format(shape)}`);
  }
  commonDevice(
    'modeNorm',
    [x, gateWeight, gateBias, runningMeans, runningSquares].filter((t) => t !== null),
  );
  if (training && x.size === C) throw nothingToNormalize('modeNorm', x, 'channel');
  if (!training && !(runningMeans && runningSquares)) {
    throw new OptionError('modeNorm: evaluation needs runningMeans and runningSquares');
  }
  return { gateWeight: gateWeight!, gateBias: gateBias! };
}
