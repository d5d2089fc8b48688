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

/** A score, and the class that each image was taken for, as {@link predict} has it. */
export interface Classified extends Score {
  predictions: Int32Array;
}

/** Evaluates in evaluation mode, without recording. @throws what `stop` throws once it is aborted */
export async function evaluate(
  network: Module,
  dataset: Dataset,
  statistics: ChannelStatistics,
  stop?: AbortSignal,
): Promise<Score> {
  const { loss, accuracy } = await classify(network, dataset, statistics, stop);
  return { loss, accuracy };
}

/** As `evaluate`, with the predictions. */
export async function classify(
  network: Module,
  dataset: Dataset,
  statistics: ChannelStatistics,
  stop?: AbortSignal,
): Promise<Classified> {
  network.eval();
  const predictions = new Int32Array(dataset.length);
  let loss = 0;
  let seen = 0;
  for (const batch of batches(dataset, { batchSize: BATCH_SIZE, statistics })) {
    await letSignalsIn(stop);
    const [logits, total] = noGrad(() => {
      const logits = network.forward(imagesOf(batch));
      return [logits, crossEntropy(logits, batch.labels, { reduction: 'sum' })];
    });
    loss += await total.item();
    predictions.set(predict(await logits.data(), batch.size), seen);
    seen += batch.size;
  }
  const accuracy = countEqual(predictions, dataset.labels) / dataset.length;
  return { loss: loss / dataset.length, accuracy, predictions };
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

/** The column of the largest logit of each row [rows, classes]: of equal ones the first, and −1 where a row has NaN. */
export function predict(logits: ArrayLike<number>, rows: number): Int32Array {
  const classes = logits.length / rows;
  return Int32Array.from({ length: rows }, (_, n) => {
    let largest = 0;
    for (let c = 0; c < classes; c++) {
      const logit = logits[n * classes + c];
      if (Number.isNaN(logit)) return -1;
      if (logit > logits[n * classes + largest]) largest = c;
    }
    return largest;
  });
}

/** How many rows of logits [N, classes] are predicted as their label says. */
export function countCorrect(logits: ArrayLike<number>, labels: Int32Array): number {
  return countEqual(predict(logits, labels.length), labels);
}

const countEqual = (predictions: Int32Array, labels: ArrayLike<number>): number =>
  predictions.reduce((correct, prediction, n) => correct + Number(prediction === labels[n]), 0);
