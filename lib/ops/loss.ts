// Classification loss.
import { OptionError, ShapeError } from '../errors.js';
import { checkIndices, checkRank, choice, describe, number, readOptions } from '../options.js';
import { checkTensors } from '../tape/run.js';
import { tensor } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { sum } from './broadcast.js';
import { add, mul, neg } from './elementwise.js';
import { gather } from './indexing.js';
import { reshape } from './movement.js';
import { logSoftmax, mean } from './reduce.js';

/** How a loss is brought together over the batch. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of crossEntropy. */
export interface CrossEntropyOptions {
  /** @default 'mean' */
  reduction?: Reduction;
  /** Share of the target that goes evenly to all classes, in [0, 1]. @default 0 */
  labelSmoothing?: number;
}

const schema = {
  reduction: choice<Reduction>('mean', ['mean', 'sum', 'none']),
  labelSmoothing: number(0, { least: 0, most: 1 }),
};

/**
 * −log softmax(logits)[label] for logits [N, classes] and N labels, integers from 0 to classes − 1.
 * Labels given as a tensor are not checked for their range.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { crossEntropy, tensor } from 'mixgrad';
 *
 * const logits = tensor([[0, 0], [0, Math.log(3)]]);
 * console.log(await crossEntropy(logits, [0, 1], { reduction: 'none' }).data()); // log 2, log 4/3
 * ```
 * ```text
 * Float32Array(2) [ 0.6931471824645996, 0.2876819968223572 ]
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor | ArrayLike<number>,
  options: CrossEntropyOptions = {},
): Tensor {
  checkTensors('crossEntropy', { logits });
  const { reduction, labelSmoothing } = readOptions('crossEntropy', options, schema);
  checkRank('crossEntropy', 'logits', logits, '[N, classes]');
  const index = checkedLabels(logits, labels);
  const logProb = logSoftmax(logits, 1);
  const picked = neg(reshape(gather(logProb, 1, index), [logits.shape[0]]));
  if (labelSmoothing === 0) return reduce(picked, reduction);
  const even = neg(mean(logProb, 1));
  return reduce(add(mul(picked, 1 - labelSmoothing), mul(even, labelSmoothing)), reduction);
}

function checkedLabels(logits: Tensor, labels: Tensor | ArrayLike<number>): Tensor {
  const [n, classes] = logits.shape;
  const isList = Array.isArray(labels) || (ArrayBuffer.isView(labels) && 'length' in labels);
  if (!(labels instanceof Tensor || isList)) {
    throw new OptionError(
      `crossEntropy: labels is ${describe(labels)}, expected a tensor or an array of integers`,
    );
  }
  const count = labels instanceof Tensor ? labels.size : labels.length;
  if (count !== n) {
    throw new ShapeError(`crossEntropy: ${count} labels, expected one for each of the ${n} rows of logits`);
  }
  if (!(labels instanceof Tensor)) {
    checkIndices('crossEntropy', 'label', labels, classes);
    return tensor(Float64Array.from(labels), { shape: [n, 1], device: logits.device });
  }
  if (labels.device.sync) {
    checkIndices('crossEntropy', 'label', labels.storage.peek(), classes);
  }
  return reshape(labels.detach(), [n, 1]);
}

function reduce(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}
