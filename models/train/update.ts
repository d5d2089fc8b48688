// One update: a batch forward and backward, whole or in parts, and into the weights.
import type { Batch } from '../../datasets/batches.js';
import {
  clipGradNorm,
  crossEntropy,
  type LRScheduler,
  type Module,
  type Optimizer,
} from '../../lib/index.js';
import { DivergedError } from '../run/errors.js';
import { countCorrect, imagesOf, type Score } from '../run/evaluate.js';

/** What takes part in an update. */
export interface Learner {
  network: Module;
  optimizer: Optimizer;
  scheduler: Pick<LRScheduler, 'getLastLr' | 'step'>;
  settings: { clipNorm: number | null; accumulate: number };
}

/**
 * Moves the weights by the mean loss over a batch. Loss and accuracy are those before, and lr is the rate of the update.
 * @throws DivergedError where the loss is not finite, before it reaches the weights
 */
export async function update(learner: Learner, batch: Batch, step: number): Promise<Score & { lr: number }> {
  const { optimizer, scheduler, settings } = learner;
  const [lr] = scheduler.getLastLr();
  const { loss, accuracy } = await differentiate(learner, batch, (value) => {
    if (!Number.isFinite(value))
      throw new DivergedError(`the loss is ${value} at step ${step}, learning rate ${lr}; try a lower --lr`);
  });
  if (settings.clipNorm !== null) await clipGradNorm(optimizer.params, settings.clipNorm);
  optimizer.step();
  scheduler.step();
  return { loss, accuracy, lr };
}

/** Computes the mean loss over a batch in training mode, and its gradients. `check` is told the loss of each part before its gradients are there. */
export async function differentiate(
  { network, optimizer, settings }: Pick<Learner, 'network' | 'optimizer' | 'settings'>,
  batch: Batch,
  check: (loss: number) => void = () => {},
): Promise<Score> {
  network.train();
  optimizer.zeroGrad();
  const parts = partsOf(batch, settings.accumulate);
  let [mean, correct] = [0, 0];
  for (const part of parts) {
    const logits = network.forward(imagesOf(part));
    const loss = crossEntropy(logits, part.labels);
    const [value, scores] = await Promise.all([loss.item(), logits.data()]);
    check(value);
    (parts.length === 1 ? loss : loss.mul(1 / parts.length)).backward();
    mean += value / parts.length;
    correct += countCorrect(scores, part.labels);
  }
  return { loss: mean, accuracy: correct / batch.size };
}

/** A batch in equal parts, in order. */
export function partsOf({ images, labels, size }: Batch, count: number): Batch[] {
  const [pixels, part] = [images.length / size, size / count];
  return Array.from({ length: count }, (_, i) => ({
    images: images.subarray(i * part * pixels, (i + 1) * part * pixels),
    labels: labels.subarray(i * part, (i + 1) * part),
    size: part,
  }));
}
