// Classification loss.
import { OptionError, ShapeError } from '../errors.js';
import { format } from '../shape.js';
import { Tensor } from '../tensor/tensor.js';
import { add, mul, neg } from './elementwise.js';
import { logSoftmax, mean, sum, take } from './reduce.js';

/** How a loss is brought together over the batch. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of crossEntropy. */
export interface CrossEntropyOptions {
  reduction?: Reduction;
  /** Share of the target spread evenly over all classes, in [0, 1]. */
  labelSmoothing?: number;
}

/**
 * −log softmax(logits)[label] for logits [N, classes] and N labels, whole numbers in [0, classes).
 * Labels given as a tensor are not checked for their range.
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor | ArrayLike<number>,
  options: CrossEntropyOptions = {},
): Tensor {
  const { reduction = 'mean', labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OptionError(`crossEntropy: labelSmoothing is ${labelSmoothing}, expected a number from 0 to 1`);
  }
  if (logits.shape.length !== 2) {
    throw new ShapeError(`crossEntropy: logits have shape ${format(logits.shape)}, expected [N, classes]`);
  }
  checkLabels(logits, labels);
  const logProb = logSoftmax(logits, 1);
  const picked = neg(take(logProb, labels, 1));
  if (labelSmoothing === 0) return reduce('crossEntropy', picked, reduction);
  const spread = neg(mean(logProb, { axis: 1 }));
  return reduce('crossEntropy', add(mul(picked, 1 - labelSmoothing), mul(spread, labelSmoothing)), reduction);
}

function checkLabels(logits: Tensor, labels: Tensor | ArrayLike<number>): void {
  const [n, classes] = logits.shape;
  const count = labels instanceof Tensor ? labels.size : labels.length;
  if (count !== n) {
    throw new ShapeError(`crossEntropy: ${count} labels, expected one for each of the ${n} rows of logits`);
  }
  if (labels instanceof Tensor) return;
  for (let i = 0; i < n; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      throw new OptionError(
        `crossEntropy: label ${i} is ${labels[i]}, expected a whole number from 0 to ${classes - 1}`,
      );
    }
  }
}

function reduce(op: string, losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return losses;
  if (reduction === 'sum') return sum(losses);
  if (reduction === 'mean') return mean(losses);
  throw new OptionError(`${op}: reduction is '${reduction}', expected 'mean', 'sum' or 'none'`);
}
