// The confusion matrix: which images are in which cell.
import t from 'tap';
import { confusionOf } from '../../../models/lab/confusion.js';

const labels = [0, 0, 1, 1, 2, 2, 2];
const predictions = [0, 1, 1, 1, 0, -1, 2];

t.test('a row for each class, a column for what it was taken for', (t) => {
  t.strictSame(confusionOf(labels, predictions, 3, 3), {
    classes: [0, 1, 2],
    cells: [
      [[0], [1], []],
      [[], [2, 3], []],
      [[4], [], [6]],
    ],
    elsewhere: 1,
  });
  t.end();
});

t.test('of many classes those with the most mistakes, in order', (t) => {
  t.strictSame(confusionOf(labels, predictions, 3, 2), {
    classes: [0, 2],
    cells: [
      [[0], []],
      [[4], [6]],
    ],
    elsewhere: 2,
  });
  t.end();
});
