// Losses of classes: crossEntropy and nllLoss.
import { OptionError, ShapeError } from '../errors.js';
import {
  anything,
  checkIndices,
  checkRank,
  describe,
  integer,
  number,
  orElse,
  readOptions,
} from '../options.js';
import { format, sameShape } from '../shape.js';
import { checkTensors, commonDevice } from '../tape/run.js';
import { ones, tensor, zeros } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { sum } from './broadcast.js';
import { eq, where } from './compare.js';
import { add, div, mul, neg } from './elementwise.js';
import { gather } from './indexing.js';
import { concat } from './joining.js';
import { reshape } from './movement.js';
import { logSoftmax, mean } from './reduce.js';
import { type LossOptions, lossSchema, type Reduction, reduce } from './reduction.js';

/** Options of nllLoss. */
export interface NllLossOptions extends LossOptions {
  /** Factor of each class, [classes]; the mean is then the one weighted by those of the labels. @default 1 */
  weight?: Tensor | null;
  /** The label of rows that do not count: they cost 0, and are left out of the mean. @default null, none; PyTorch's is -100 */
  ignoreIndex?: number | null;
}

/** Options of crossEntropy. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target that goes evenly to all classes, in [0, 1]. @default 0 */
  labelSmoothing?: number;
}

const schema = {
  ...lossSchema,
  weight: anything<Tensor | null>(null),
  ignoreIndex: orElse<number>(integer(0)),
};
const crossEntropySchema = { ...schema, labelSmoothing: number(0, { least: 0, most: 1 }) };

/** Labels as accepted: integers, or a tensor of them. */
type Labels = Tensor | ArrayLike<number>;

/**
 * −log softmax(logits)[label] for logits [N, classes] and N labels, integers from 0 to classes − 1 or ignoreIndex.
 * Labels given as a tensor are not checked for their range on asynchronous devices.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { crossEntropy, tensor } from 'mixgrad';
 *
 * const logits = tensor([[0, 0], [0, Math.log(3)]]);
 * console.log(await crossEntropy(logits, [0, 1], { reduction: 'none' }).data()); // log 2, log 4/3
 * const weight = tensor([1, 3]);
 * console.log((await crossEntropy(logits, [0, 1], { weight }).item()).toFixed(4)); // (log 2 + 3 log 4/3) / 4
 * ```
 * ```text
 * Float32Array(2) [ 0.6931471824645996, 0.2876819968223572 ]
 * 0.3890
 * ```
 */
export function crossEntropy(logits: Tensor, labels: Labels, options: CrossEntropyOptions = {}): Tensor {
  checkTensors('crossEntropy', { logits });
  const { reduction, labelSmoothing, ...rest } = readOptions('crossEntropy', options, crossEntropySchema);
  checkRank('crossEntropy', 'logits', logits, '[N, classes]');
  const rows = rowsOf('crossEntropy', logits, labels, rest);
  const logProb = logSoftmax(logits, 1);
  const picked = pick(logProb, rows);
  if (labelSmoothing === 0) return bringTogether(picked, rows, reduction);
  const even = evenly(logProb, rows);
  const losses = add(mul(picked, 1 - labelSmoothing), mul(even, labelSmoothing));
  return bringTogether(losses, rows, reduction);
}

/**
 * −logProb[label] for logarithms of probabilities [N, classes], as of `logSoftmax`, and N labels, integers from 0 to
 * classes − 1 or ignoreIndex. Labels given as a tensor are not checked for their range on asynchronous devices.
 * @throws ShapeError, OptionError naming what does not fit
 *
 * @example
 * ```js
 * import { log, nllLoss, tensor } from 'mixgrad';
 *
 * const logProb = log(tensor([[0.5, 0.5], [0.25, 0.75], [0.9, 0.1]]));
 * const loss = nllLoss(logProb, [0, 1, -100], { ignoreIndex: -100 });
 * console.log((await loss.item()).toFixed(4)); // (log 2 + log 4/3) / 2
 * ```
 * ```text
 * 0.4904
 * ```
 */
export function nllLoss(logProb: Tensor, labels: Labels, options: NllLossOptions = {}): Tensor {
  checkTensors('nllLoss', { logProb });
  const { reduction, ...rest } = readOptions('nllLoss', options, schema);
  checkRank('nllLoss', 'logProb', logProb, '[N, classes]');
  const rows = rowsOf('nllLoss', logProb, labels, rest);
  return bringTogether(pick(logProb, rows), rows, reduction);
}

/** What each row's class is, and what it counts. */
interface Rows {
  /** The classes [N, 1]; where rows may be ignored, theirs is one past the others. */
  index: Tensor;
  ignoring: boolean;
  /** The factor of each class [1, classes]; null where it is 1. */
  weight: Tensor | null;
  /** What each row counts in the mean [N]; null where that is 1. */
  shares: Tensor | null;
}

function rowsOf(
  op: string,
  x: Tensor,
  labels: Labels,
  options: { weight: Tensor | null; ignoreIndex: number | null },
): Rows {
  const { weight, ignoreIndex } = options;
  const classes = x.shape[1];
  const given = checkedLabels(op, x, labels, ignoreIndex);
  const ignoring = ignoreIndex !== null;
  if (weight !== null) checkWeight(op, weight, classes);
  commonDevice(op, [x, given, ...(weight ? [weight] : [])]);
  const index = ignoring ? redirected(given, ignoreIndex, classes) : given;
  const row = { index, ignoring, weight: weight && reshape(weight, [1, classes]) };
  return {
    ...row,
    shares: weight || ignoring ? ofClass(weight ?? ones([classes], { device: x.device }), row) : null,
  };
}

function checkWeight(op: string, weight: Tensor, classes: number): void {
  checkTensors(op, { weight });
  if (sameShape(weight.shape, [classes])) return;
  throw new ShapeError(`${op}: weight has shape ${format(weight.shape)}, expected ${format([classes])}`);
}

/** The labels as [N, 1]. @throws OptionError, ShapeError unless there is one class for each row */
function checkedLabels(op: string, x: Tensor, labels: Labels, ignoreIndex: number | null): Tensor {
  const [n, classes] = x.shape;
  const isList = Array.isArray(labels) || (ArrayBuffer.isView(labels) && 'length' in labels);
  if (!(labels instanceof Tensor || isList)) {
    throw new OptionError(`${op}: labels is ${describe(labels)}, expected a tensor or an array of integers`);
  }
  const count = labels instanceof Tensor ? labels.size : labels.length;
  if (count !== n) throw new ShapeError(`${op}: ${count} labels, expected one for each of the ${n} rows`);
  const check = (values: ArrayLike<number>) => {
    const counted = ignoreIndex === null ? values : Array.from(values, (v) => (v === ignoreIndex ? 0 : v));
    checkIndices(op, 'label', counted, classes);
  };
  if (!(labels instanceof Tensor)) {
    check(labels);
    return tensor(Float64Array.from(labels), { shape: [n, 1], device: x.device });
  }
  if (labels.device.sync) check(labels.storage.peek());
  return reshape(labels.detach(), [n, 1]);
}

/** The labels, with `classes` in place of the one that is ignored. */
function redirected(labels: Tensor, ignoreIndex: number, classes: number): Tensor {
  return where(eq(labels, ignoreIndex), classes, labels);
}

/** The entries of x [classes] that belong to each row's class [N], 0 where the row is ignored. */
function ofClass(x: Tensor, { index, ignoring }: Pick<Rows, 'index' | 'ignoring'>): Tensor {
  const entries = ignoring ? concat([x, zeros([1], { device: x.device })]) : x;
  return gather(entries, 0, reshape(index, [index.size]));
}

/** −w·logProb of each row's class w. */
function pick(logProb: Tensor, { index, ignoring, weight, shares }: Rows): Tensor {
  const n = logProb.shape[0];
  const columns = ignoring ? concat([logProb, zeros([n, 1], { device: logProb.device })], 1) : logProb;
  const picked = neg(reshape(gather(columns, 1, index), [n]));
  return weight && shares ? mul(picked, shares) : picked;
}

/** −w·logProb of each row, its mean over all classes; 0 where the row is ignored. */
function evenly(logProb: Tensor, { index, ignoring, weight }: Rows): Tensor {
  const [n, classes] = logProb.shape;
  const even = neg(mean(weight ? mul(logProb, weight) : logProb, 1));
  return ignoring ? where(eq(reshape(index, [n]), classes), 0, even) : even;
}

function bringTogether(losses: Tensor, { shares }: Rows, reduction: Reduction): Tensor {
  return shares && reduction === 'mean' ? div(sum(losses), sum(shares)) : reduce(losses, reduction);
}
