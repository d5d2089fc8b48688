// Pictures as pixels, by values worked out by hand.
import t from 'tap';
import { synthetic } from '../../../datasets/synthetic.js';
import { filterPixels, imagePixels, largest, mapPixels, sharesOf } from '../../../models/lab/pixels.js';

t.test('filters: grey is 0, and the largest weight is all of a colour', (t) => {
  // two filters of 1 × 2 pixels: red, green and blue of the first pixel and the second
  const values = [2, -2, 0, 1, -1, 0, 0, 0, 0, 0, 0, 0];
  const { data, width, height } = filterPixels({ shape: [2, 3, 1, 2], values }, 2, 8);
  t.strictSame([width, height], [8 * 3 - 1, 1]);
  const [left, right, between, other] = [0, 1, 2, 3].map((x) => [...data.slice(4 * x, 4 * x + 4)]);
  t.strictSame(left, [255, 128, 64, 255]);
  t.strictSame(right, [0, 191, 128, 255]);
  t.strictSame(between, [0, 0, 0, 0]);
  t.strictSame(other, [128, 128, 128, 255]);
  t.end();
});

t.test('filters that do not fit into a row stand in the next', (t) => {
  const values = new Float32Array(3 * 3 * 4);
  values.fill(1, 2 * 12);
  const { data, width, height } = filterPixels({ shape: [3, 3, 2, 2], values }, 1, 2);
  t.strictSame([width, height], [5, 5]);
  const row = (y: number) => [0, 1, 2, 3, 4].map((x) => data[4 * (y * width + x)]);
  t.strictSame(
    [row(0), row(2), row(4)],
    [
      [128, 128, 0, 128, 128],
      [0, 0, 0, 0, 0],
      [255, 255, 0, 0, 0],
    ],
  );
  t.end();
});

t.test('the largest absolute value', (t) => {
  t.equal(largest(Float32Array.of(1, -3, 2)), 3);
  t.equal(largest([]), 0);
  t.end();
});

t.test('an image has its red, green and blue', (t) => {
  const { images } = synthetic({ count: 2 });
  const { data, width, height } = imagePixels({ images }, 1);
  t.strictSame([width, height, data.length], [32, 32, 4096]);
  const at = 3072 + 5 * 32 + 7;
  t.strictSame(
    [...data.slice(4 * (5 * 32 + 7), 4 * (5 * 32 + 8))],
    [images[at], images[at + 1024], images[at + 2048], 255],
  );
  t.end();
});

t.test('a map mixes the colours of components, which have shares', (t) => {
  const map = { posteriors: [1, 0, 0.5, 0.5, 0, 1], components: 2, width: 3, height: 1 };
  const { data } = mapPixels(map, [
    [200, 0, 10],
    [0, 100, 20],
  ]);
  t.strictSame([...data], [200, 0, 10, 255, 100, 50, 15, 255, 0, 100, 20, 255]);
  t.strictSame(sharesOf(map), [0.5, 0.5]);
  t.end();
});
