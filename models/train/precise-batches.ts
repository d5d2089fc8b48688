// The training batches behind precise statistics.
import { batches } from '../../datasets/batches.js';
import type { Tensor } from '../../lib/index.js';
import type { RunData } from '../run/data.js';
import { imagesOf } from '../run/evaluate.js';
import { countPrecise, type OrderSettings, ordering } from '../run/order.js';
import { partsOf } from './update.js';

/** What decides them. */
interface Standing {
  settings: OrderSettings & { preciseBatches: number | null; accumulate: number };
  data: RunData;
  perEpoch: number;
}

/** Training batches for precise statistics, the same at every evaluation, in the parts that the norms see in training. */
export function* preciseBatches({ settings, data, perEpoch }: Standing): Generator<Tensor, void> {
  const { seed, accumulate } = settings;
  const count = countPrecise(settings, perEpoch);
  const options = { ...ordering(settings), seed: `${seed}/precise`, statistics: data.statistics };
  for (let taken = 0, epoch = 0; taken < count; epoch++) {
    for (const batch of batches(data.train, { ...options, epoch })) {
      for (const part of partsOf(batch, accumulate)) yield imagesOf(part);
      if (++taken === count) return;
    }
  }
}
