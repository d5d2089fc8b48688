// The synthetic data set: reproducible, balanced, varied, and hard for a linear classifier only.
import { createHash } from 'node:crypto';
import t from 'tap';
import { type Dataset, IMAGE_SIZE, limit, PLANE, SIDE, type Split } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { OptionError } from '../../lib/errors.js';
import { createRandom, type Random } from '../../lib/random.js';
import { type Examples, linearAccuracy } from './softmax-regression.js';

t.test('the data set has the documented shape', async (t) => {
  const train = synthetic();
  t.equal(train.length, 2000, '2000 images to train');
  t.equal(synthetic({ split: 'test' }).length, 500, '500 images to test');
  t.equal(train.images.length, 2000 * IMAGE_SIZE);
  t.equal(train.labels.length, 2000);
  t.match(train, { name: 'synthetic', split: 'train', classes: 10 });
  t.equal(new Set(train.classNames).size, 10);
});

t.test('a seed fixes every byte, on every machine', async (t) => {
  const { images, labels } = synthetic({ seed: 7, count: 50 });
  const digest = createHash('sha256').update(labels).update(images).digest('hex');
  t.equal(digest, '19ded17a31661547bab516a1c593c9f796e92892b082ab6a1830b7b1476e03fb');
});

t.test('another seed gives other images', async (t) => {
  const images = [1, 2].flatMap((seed) => digests(synthetic({ seed, count: 10 })));
  t.equal(new Set(images).size, 20);
});

t.test('a smaller count is the beginning of a larger one', async (t) => {
  const small = synthetic({ count: 25 });
  const large = limit(synthetic({ count: 60 }), 25);
  t.same(digests(small), digests(large));
  t.same([...small.labels], [...large.labels]);
});

t.test('every ten images hold each class once', async (t) => {
  const { labels } = synthetic({ count: 200 });
  for (let start = 0; start < 200; start += 10) t.equal(new Set(labels.subarray(start, start + 10)).size, 10);
});

t.test('no image occurs twice, neither within a split nor across both', async (t) => {
  const images = [synthetic({ count: 500 }), synthetic({ split: 'test' })].flatMap(digests);
  t.equal(new Set(images).size, 1000);
});

t.test('images of one class differ in colour, so that no class has a colour of its own', async (t) => {
  const data = synthetic({ count: 400 });
  for (let label = 0; label < 10; label++) {
    const means = indices(data)
      .filter((n) => data.labels[n] === label)
      .map((n) => mean(data.images.subarray(n * IMAGE_SIZE, n * IMAGE_SIZE + PLANE)));
    t.ok(
      Math.max(...means) - Math.min(...means) > 80,
      `the mean red of class ${label} varies by more than 80`,
    );
  }
});

t.test('softmax regression on the pixels stays far below what a network reaches', async (t) => {
  const [train, test] = split(pixels);
  const accuracy = linearAccuracy(train, test, 10, 5, createRandom(0));
  t.ok(accuracy < 0.3, `test accuracy ${accuracy}`);
});

t.test('softmax regression on random convolutional features does much better than on pixels', async (t) => {
  const filters = drawFilters(createRandom(0));
  const [train, test] = split((data) => convolutional(data, filters));
  const accuracy = linearAccuracy(train, test, 10, 40, createRandom(0));
  t.ok(accuracy > 0.4, `test accuracy ${accuracy}`);
});

t.test('a count or split out of range is an error that names it', async (t) => {
  for (const count of [0, -1, 2.5, Number.NaN]) {
    const message = `synthetic: count is ${count}, expected an integer of at least 1`;
    t.throws(() => synthetic({ count }), new OptionError(message));
  }
  const message = "synthetic: split is 'valid', expected 'train' or 'test'";
  t.throws(() => synthetic({ split: 'valid' as Split }), new OptionError(message));
  t.throws(() => synthetic({ n: 3 } as object), { name: 'OptionError', message: /n/ });
});

function indices(data: Dataset): number[] {
  return Array.from({ length: data.length }, (_, n) => n);
}

function mean(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function digests(data: Dataset): string[] {
  const image = (n: number) => data.images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE);
  return indices(data).map((n) => createHash('sha256').update(image(n)).digest('hex'));
}

function split(features: (data: Dataset) => Examples): [Examples, Examples] {
  return [features(synthetic({ count: 600 })), features(synthetic({ split: 'test', count: 300 }))];
}

function pixels({ images, labels }: Dataset): Examples {
  return { features: Float64Array.from(images, (value) => value / 255), labels, width: IMAGE_SIZE };
}

const FILTERS = 48;
const WIDTH = 5;

/** Random 5×5 filters of mean zero. */
function drawFilters(random: Random): Float64Array[] {
  return Array.from({ length: FILTERS }, () => {
    const filter = Float64Array.from({ length: WIDTH * WIDTH }, () => random.normal());
    const mean = filter.reduce((a, b) => a + b) / filter.length;
    return filter.map((value) => value - mean);
  });
}

/** Mean and greatest magnitude of each filter's responses over every second place of the grey image. */
function convolutional(data: Dataset, filters: Float64Array[]): Examples {
  const width = 2 * filters.length;
  const features = new Float64Array(data.length * width);
  for (const n of indices(data)) {
    const grey = greyImage(data.images.subarray(n * IMAGE_SIZE, (n + 1) * IMAGE_SIZE));
    for (const [k, filter] of filters.entries())
      features.set(pooledResponses(grey, filter), n * width + 2 * k);
  }
  return { features, labels: data.labels, width };
}

function greyImage(image: Uint8Array): Float64Array {
  const sum = (i: number) => image[i] + image[i + PLANE] + image[i + 2 * PLANE];
  const grey = Float64Array.from({ length: PLANE }, (_, i) => sum(i));
  const mean = grey.reduce((a, b) => a + b) / PLANE;
  const deviation = Math.sqrt(grey.reduce((a, b) => a + (b - mean) ** 2, 0) / PLANE);
  return grey.map((value) => (value - mean) / deviation);
}

function pooledResponses(grey: Float64Array, filter: Float64Array): [number, number] {
  const places = (SIDE - WIDTH) / 2 + 1;
  let sum = 0;
  let greatest = 0;
  for (let y = 0; y <= SIDE - WIDTH; y += 2) {
    for (let x = 0; x <= SIDE - WIDTH; x += 2) {
      let response = 0;
      for (let i = 0; i < filter.length; i++) {
        response += filter[i] * grey[(y + Math.floor(i / WIDTH)) * SIDE + x + (i % WIDTH)];
      }
      sum += Math.abs(response);
      greatest = Math.max(greatest, Math.abs(response));
    }
  }
  return [sum / (places * places), greatest];
}
