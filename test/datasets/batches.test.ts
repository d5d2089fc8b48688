// Batches: every image once, an order and an augmentation fixed by seed and epoch, standardized pixels.
import t from 'tap';
import {
  type Batch,
  type BatchOptions,
  batchCount,
  batches,
  channelStatistics,
} from '../../datasets/batches.js';
import { CHANNELS, type Dataset, IMAGE_SIZE, PLANE, SIDE } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { OptionError } from '../../lib/errors.js';
import { createRandom } from '../../lib/random.js';

/** Statistics under which a standardized pixel is the byte plus one, so that zero can only be padding. */
const BYTES = { mean: [-1 / 255, -1 / 255, -1 / 255], std: [1 / 255, 1 / 255, 1 / 255] };

/** Random images, the label of image n being n. */
function numbered(length: number): Dataset {
  const random = createRandom(length);
  const images = Uint8Array.from({ length: length * IMAGE_SIZE }, () => random.integer(256));
  const labels = Uint8Array.from({ length }, (_, n) => n);
  return { name: 'numbered', split: 'train', length, images, labels, classes: length, classNames: [] };
}

const data = numbered(23);
const all = (options: BatchOptions) => [...batches(data, { batchSize: 5, ...options })];
const order = (list: Batch[]) => list.flatMap((batch) => [...batch.labels]);
const bytes = (list: Batch[]) => Buffer.concat(list.map(({ images }) => new Uint8Array(images.buffer)));

t.test('without options the images come in order, the last batch smaller', async (t) => {
  const list = all({});
  t.same(
    list.map(({ size }) => size),
    [5, 5, 5, 5, 3],
  );
  t.same(order(list), [...data.labels]);
  t.ok(
    list.every(({ size, images, labels }) => images.length === size * IMAGE_SIZE && labels.length === size),
  );
  t.equal(batchCount(data, { batchSize: 5 }), 5);
});

t.test('dropLast leaves the smaller last batch out, and only a smaller one', async (t) => {
  t.same(
    all({ dropLast: true }).map(({ size }) => size),
    [5, 5, 5, 5],
  );
  t.equal(batchCount(data, { batchSize: 5, dropLast: true }), 4);
  t.equal(batchCount(data, { batchSize: 23, dropLast: true }), 1);
  t.equal(batchCount(data, { batchSize: 24, dropLast: true }), 0);
});

t.test('a batch holds 64 images unless told otherwise', async (t) => {
  const sizes = [...batches(synthetic({ count: 100 }))].map(({ size }) => size);
  t.same(sizes, [64, 36]);
  t.equal(batchCount(synthetic({ count: 100 })), 2);
});

t.test('a shuffled epoch holds every image once, with its own pixels', async (t) => {
  const list = all({ shuffle: true, statistics: BYTES });
  t.notSame(order(list), [...data.labels]);
  t.same(
    order(list).sort((a, b) => a - b),
    [...data.labels],
  );
  const [{ images, labels }] = list;
  const expected = data.images.subarray(labels[2] * IMAGE_SIZE, (labels[2] + 1) * IMAGE_SIZE);
  t.ok(
    near(
      images.subarray(2 * IMAGE_SIZE, 3 * IMAGE_SIZE),
      Array.from(expected, (v) => v + 1),
    ),
  );
});

t.test('seed and epoch alone decide order and augmentation', async (t) => {
  const options = { shuffle: true, augment: true, seed: 4, epoch: 2 };
  const first = all(options);
  t.ok(bytes(all(options)).equals(bytes(first)), 'the same again');
  for (const change of [{ seed: 5 }, { epoch: 3 }]) {
    const other = all({ ...options, ...change });
    t.notSame(order(other), order(first), 'another order');
  }
  const still = { ...options, shuffle: false };
  t.notOk(bytes(all({ ...still, epoch: 3 })).equals(bytes(all(still))), 'another augmentation');
});

t.test('an epoch resumed after three batches goes on as if never interrupted', async (t) => {
  const options = { shuffle: true, augment: true, seed: 1, epoch: 6 };
  const whole = all(options);
  const rest = all({ ...options, skip: 3 });
  t.same(order(rest), order(whole.slice(3)));
  t.ok(bytes(rest).equals(bytes(whole.slice(3))));
  t.same(all({ skip: 5 }), []);
});

t.test('batches do not share memory', async (t) => {
  const [a, b] = all({});
  t.not(a.images.buffer, b.images.buffer);
  t.not(a.images.buffer, data.images.buffer);
});

t.test('channelStatistics are mean and deviation of each channel, of pixels from 0 to 1', async (t) => {
  const { mean, std } = channelStatistics(data);
  for (let c = 0; c < CHANNELS; c++) {
    const values = channel(data, c);
    const m = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - m) ** 2, 0) / values.length;
    t.ok(Math.abs(mean[c] - m) < 1e-12 && Math.abs(std[c] - Math.sqrt(variance)) < 1e-12, `channel ${c}`);
  }
});

t.test('a constant channel has deviation 1', async (t) => {
  const flat = { ...data, images: new Uint8Array(data.images.length).fill(51) };
  t.same(channelStatistics(flat), { mean: [0.2, 0.2, 0.2], std: [1, 1, 1] });
  t.ok([...batches(flat)].every(({ images }) => images.every((v) => Math.abs(v) < 1e-7)));
});

t.test('standardized channels have mean 0 and variance 1', async (t) => {
  const [{ images }] = batches(data, { batchSize: 23 });
  for (let c = 0; c < CHANNELS; c++) {
    const values = Array.from(images).filter((_, i) => Math.floor(i / PLANE) % CHANNELS === c);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    t.ok(Math.abs(mean) < 1e-5 && Math.abs(variance - 1) < 1e-5, `channel ${c}`);
  }
});

t.test('given statistics take the place of the data set’s own', async (t) => {
  const [{ images }] = batches(data, { statistics: { mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.1] } });
  const expected = [0, 1, 2].map(
    (c) => (data.images[c * PLANE] / 255 - [0.5, 0.4, 0.3][c]) / [0.5, 0.25, 0.1][c],
  );
  t.ok(
    near(
      [0, 1, 2].map((c) => images[c * PLANE]),
      expected,
    ),
  );
});

t.test('an augmented image is a crop of the padded one, mirrored or not', async (t) => {
  const [{ images, labels }] = batches(data, { batchSize: 23, augment: true, statistics: BYTES });
  for (const n of labels) {
    const image = images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE);
    t.equal(
      allCrops.filter((crop) => near(image, cropped(n, ...crop))).length,
      1,
      `image ${n} is exactly one crop`,
    );
  }
});

t.test('every crop and flip occurs, about equally often', async (t) => {
  // One bright pixel in the middle of a dark image shows where the crop began; one to its right shows the flip.
  const images = new Uint8Array(200 * IMAGE_SIZE);
  for (let n = 0; n < 200; n++) images.set([255, 128], n * IMAGE_SIZE + 16 * SIDE + 16);
  const points = { ...numbered(0), length: 200, images, labels: new Uint8Array(200) };
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 50; epoch++) {
    for (const batch of batches(points, { augment: true, epoch, statistics: BYTES })) {
      for (let n = 0; n < batch.size; n++) {
        const plane = batch.images.subarray(n * IMAGE_SIZE, n * IMAGE_SIZE + PLANE);
        const key = `${plane.indexOf(256)} ${plane.indexOf(129)}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  t.equal(counts.size, allCrops.length, '9·9 crops, mirrored or not');
  const mean = (200 * 50) / allCrops.length;
  t.ok(
    [...counts.values()].every((n) => n > mean / 2 && n < mean * 2),
    'none is rare or frequent',
  );
});

t.test('an option out of range is an error that names it', async (t) => {
  const cases: [BatchOptions, string][] = [
    [{ batchSize: 0 }, 'batchSize is 0, expected an integer of at least 1'],
    [{ batchSize: 2.5 }, 'batchSize is 2.5, expected an integer of at least 1'],
    [{ epoch: -1 }, 'epoch is -1, expected an integer of at least 0'],
    [{ skip: Number.NaN }, 'skip is NaN, expected an integer of at least 0'],
    [
      { statistics: { mean: [0], std: [1, 1, 1] } },
      'statistics has 1 means and 3 deviations, expected 3 of each',
    ],
    [{ statistics: { mean: [0, 0, 0], std: [1, 0, 1] } }, 'statistics.std has 0, expected positive numbers'],
    [
      { statistics: { mean: [0, Number.NaN, 0], std: [1, 1, 1] } },
      'statistics.mean has NaN, expected numbers',
    ],
    [
      { statistics: { mean: [0, 0, 0], std: [1, 1, Number.POSITIVE_INFINITY] } },
      'statistics.std has Infinity, expected positive numbers',
    ],
    [{ statistics: 3 as never }, 'statistics is 3, expected { mean, std }'],
    [{ statistics: {} as never }, 'statistics has 0 means and 0 deviations, expected 3 of each'],
    [{ shuffle: 'no' as never }, "shuffle is 'no', expected true or false"],
  ];
  for (const [options, message] of cases) {
    t.throws(() => batches(data, options), new OptionError(`batches: ${message}`), message);
  }
  const unknown = { name: 'OptionError', message: /batch_size/ };
  t.throws(() => batches(data, { batch_size: 4 } as BatchOptions), unknown);
});

/** All crops as (row, column, flip), rows and columns from the padded image's corner. */
const allCrops = Array.from({ length: 9 * 9 * 2 }, (_, i): [number, number, boolean] => [
  Math.floor(i / 18),
  Math.floor(i / 2) % 9,
  i % 2 === 1,
]);

/** The crop of image n by definition: value by value from the image padded by four zeros. */
function cropped(n: number, row: number, column: number, flip: boolean): Float64Array {
  return Float64Array.from({ length: IMAGE_SIZE }, (_, i) => {
    const x = (flip ? SIDE - 1 - (i % SIDE) : i % SIDE) + column - 4;
    const y = (Math.floor(i / SIDE) % SIDE) + row - 4;
    if (x < 0 || x >= SIDE || y < 0 || y >= SIDE) return 0;
    return data.images[n * IMAGE_SIZE + Math.floor(i / PLANE) * PLANE + y * SIDE + x] + 1;
  });
}

function channel({ images }: Dataset, c: number): number[] {
  return Array.from(images, (v) => v / 255).filter((_, i) => Math.floor(i / PLANE) % CHANNELS === c);
}

function near(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]) < 1e-4);
}
