// Mini-batches of a data set of any kind, in an order that a seed and the number of the epoch decide.
import { OptionError } from '../errors.js';
import { anything, describe, flag, integer, type Read, readOptions, required } from '../options.js';
import { createRandom } from '../random.js';

/** Numbered samples. */
export interface DataSource<Batch> {
  /** How many. */
  readonly length: number;
  /** Makes a batch of the samples with these numbers, or promises one. */
  get(indices: readonly number[]): Batch | Promise<Batch>;
}

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions {
  /** Samples in a batch. @default 1 */
  batchSize?: number;
  /** Draws the order anew for every epoch. @default false */
  shuffle?: boolean;
  /** Leaves out a last batch smaller than the others. @default false */
  dropLast?: boolean;
  /** Seed of the order. @default 0 */
  seed?: number | string;
  /** Batches asked for ahead of the one in use, for sources that promise theirs. @default 1 */
  prefetch?: number;
}

const schema = {
  batchSize: integer(1, { least: 1 }),
  shuffle: flag(false),
  dropLast: flag(false),
  seed: anything<number | string>(0),
  prefetch: integer(1, { least: 0 }),
};

/**
 * Goes through a data set in batches; each loop over it is one epoch. Seed and epoch alone decide the order, so a
 * program that resumes sets `epoch` and sees the same batches.
 * @throws OptionError where the source has no length or no `get`, or an option is out of range
 *
 * @example
 * ```js
 * import { DataLoader, tensor } from 'mixgrad';
 *
 * const points = [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]];
 * const source = { length: 5, get: (indices) => tensor(indices.map((i) => points[i])) };
 * const loader = new DataLoader(source, { batchSize: 2, shuffle: true, seed: 1 });
 * console.log(loader.length, 'batches');
 * for await (const x of loader) console.log(x.shape);
 * ```
 * ```text
 * 3 batches
 * [ 2, 2 ]
 * [ 2, 2 ]
 * [ 1, 2 ]
 * ```
 */
export class DataLoader<Batch> implements AsyncIterable<Batch> {
  /** The epoch that the next loop draws, from 0. */
  epoch = 0;
  private readonly options: Read<typeof schema>;

  constructor(
    /** What is gone through. */
    readonly source: DataSource<Batch>,
    options: DataLoaderOptions = {},
  ) {
    this.options = readOptions('DataLoader', options, schema);
    if (typeof source?.get !== 'function')
      throw new OptionError(`DataLoader: source is ${describe(source)}, expected { length, get }`);
    required('DataLoader', 'source.length', source.length, integer(0, { least: 0 }));
    createRandom(this.options.seed);
  }

  /** Batches in an epoch. */
  get length(): number {
    const { batchSize, dropLast } = this.options;
    const batches = this.source.length / batchSize;
    return dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The batches of the next epoch. @throws OptionError where `epoch` is not an integer of at least 0 */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void> {
    const { batchSize, prefetch } = this.options;
    const epoch = required('DataLoader', 'epoch', this.epoch, integer(0, { least: 0 }));
    this.epoch = epoch + 1;
    const order = orderOf(this.source.length, this.options, epoch);
    const count = this.length;
    const asked: Promise<Batch>[] = [];
    for (let next = 0; next < count || asked.length > 0; ) {
      for (; next < count && asked.length <= prefetch; next++) {
        const indices = Array.from(order.subarray(next * batchSize, (next + 1) * batchSize));
        const batch = (async () => this.source.get(indices))();
        // It is told of where the batch is awaited.
        batch.catch(() => {});
        asked.push(batch);
      }
      yield await asked.shift()!;
    }
  }
}

function orderOf(length: number, { shuffle, seed }: Read<typeof schema>, epoch: number): Int32Array {
  if (!shuffle) return Int32Array.from({ length }, (_, i) => i);
  return createRandom(seed).fork(`epoch ${epoch}`).permutation(length);
}
