// Running statistics taken anew, with the weights as they are.
// Wu & Johnson, "Rethinking 'Batch' in BatchNorm", arXiv 2105.07576.

import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import { noGrad } from '../tape/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { AveragingNormLayer } from './norm-layer.js';

/**
 * Gives the normalization layers of a network the mean statistics over batches of its inputs, with the weights as they are, in place
 * of averages that trail behind the weights ("precise" statistics). Mixtures are fitted from the running ones, as in training.
 * All other layers are as in evaluation, and the modes of all modules are left as they were. The layers are those of batch, ghost
 * batch, mixture and mode normalization, and of instance normalization that has running statistics.
 * @returns how many layers there are; where there is none, no batch is asked for
 * @throws OptionError where network is no module or batches no iterable; what its forward() throws
 *
 * @example
 * ```js
 * import { BatchNorm1d, tensor, updateRunningStats } from 'mixgrad';
 *
 * const layer = new BatchNorm1d(1);
 * await updateRunningStats(layer, [tensor([[1], [3]]), tensor([[5], [7]])]);
 * console.log(await layer.runningMean.data());
 * ```
 * ```text
 * Float32Array(1) [ 4 ]
 * ```
 */
export async function updateRunningStats(
  network: Module,
  batches: Iterable<Tensor> | AsyncIterable<Tensor>,
): Promise<number> {
  const op = 'updateRunningStats';
  if (!(network instanceof Module))
    throw new OptionError(`${op}: network is ${describe(network)}, expected a Module`);
  const each = Object(batches);
  if (!(Symbol.iterator in each || Symbol.asyncIterator in each))
    throw new OptionError(`${op}: batches is ${describe(batches)}, expected an iterable of tensors`);
  const modules = network.namedModules().map(([, module]) => module);
  const modes = modules.map((module) => module.training);
  const layers = modules
    .filter((module) => module instanceof AveragingNormLayer)
    .filter(({ trackRunningStats }) => trackRunningStats);
  if (layers.length === 0) return 0;
  network.eval();
  for (const layer of layers) layer.train();
  const averages = layers.map((layer) => layer.averageFromHere());
  try {
    for await (const batch of batches) noGrad(() => void network.forward(batch));
  } finally {
    for (const average of averages) average.end();
    for (const [i, module] of modules.entries()) module.training = modes[i];
  }
  return layers.length;
}
