// Taking the beginning of a data set.
import t from 'tap';
import { IMAGE_SIZE, limit } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { OptionError } from '../../lib/errors.js';

const whole = synthetic({ count: 20 });

t.test('limit takes the first n images and labels and leaves the rest as it was', async (t) => {
  const { length, images, labels, ...rest } = limit(whole, 7);
  t.equal(length, 7);
  t.same([...labels], [...whole.labels.subarray(0, 7)]);
  t.ok(Buffer.from(images).equals(whole.images.subarray(0, 7 * IMAGE_SIZE)));
  const { name, split, classes, classNames } = whole;
  t.same(rest, { name, split, classes, classNames });
});

t.test('limit shares memory with the data set', async (t) => {
  t.equal(limit(whole, 3).images.buffer, whole.images.buffer);
});

t.test('limit beyond the length is the whole data set', async (t) => {
  t.equal(limit(whole, 21).length, 20);
  t.equal(limit(whole, 20).images.length, whole.images.length);
});

t.test('limit refuses anything but a positive integer', async (t) => {
  for (const n of [0, -1, 1.5, Number.NaN]) {
    t.throws(() => limit(whole, n), new OptionError(`limit: n is ${n}, expected an integer of at least 1`));
  }
});
