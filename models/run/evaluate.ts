// Loss and accuracy of a network on a data set, and the small steps shared with training.
import { setImmediate } from 'node:timers/promises';
import { type Batch, batches, type ChannelStatistics } from '../../datasets/batches.js';
import { CHANNELS, type Dataset, SIDE } from '../../datasets/dataset.js';
import { crossEntropy, type Module, noGrad, type Tensor, tensor } from '../../lib/index.js';

/** Images evaluated at once. */
const BATCH_SIZE = 64;

/** How well a network does: mean loss, and the share of images it classifies rightly. */
export interface Score {
  loss: number;
  accuracy: number;
}

/** Evaluates in evaluation mode, without recording. @throws what `stop` throws once it is aborted */
export async function evaluate(
  network: Module,
  dataset: Dataset,
  statistics: ChannelStatistics,
  stop?: AbortSignal,
): Promise<Score> {
  network.eval();
  let loss = 0;
  let correct = 0;
  for (const batch of batches(dataset, { batchSize: BATCH_SIZE, statistics })) {
    await letSignalsIn(stop);
    const [logits, total] = noGrad(() => {
      const logits = network.forward(imagesOf(batch));
      return [logits, crossEntropy(logits, batch.labels, { reduction: 'sum' })];
    });
    loss += await total.item();
    correct += countCorrect(await logits.data(), batch.labels);
  }
  return { loss: loss / dataset.length, accuracy: correct / dataset.length };
}

/** Ctrl-C and the progress bar have their turn between synchronous computations. */
export async function letSignalsIn(stop?: AbortSignal): Promise<void> {
  await setImmediate();
  stop?.throwIfAborted();
}

/** The images of a batch as a tensor [size, 3, 32, 32]. */
export function imagesOf({ images, size }: Batch): Tensor {
  return tensor(images, { shape: [size, CHANNELS, SIDE, SIDE] });
}

/** How many rows of logits [N, classes] have their largest at the label; of equal ones the first counts. A row with NaN is never right. */
export function countCorrect(logits: ArrayLike<number>, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  const isLargest = (label: number, n: number) => {
    const own = logits[n * classes + label];
    for (let c = 0; c < classes; c++) {
      const other = logits[n * classes + c];
      if (!(c < label ? other < own : other <= own)) return false;
    }
    return true;
  };
  return labels.reduce((correct, label, n) => correct + Number(isLargest(label, n)), 0);
}
