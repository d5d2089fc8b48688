// The two parts of a data set that a page has, and what was done to have them.
import { type Dataset, limit, type Split } from '../../../datasets/dataset.js';
import { pick } from '../../../datasets/held-out.js';

/** As many names of classes as a sentence has. */
const LISTED = 10;

/** Images to learn from. */
export interface Own extends Record<Split, Dataset> {
  kind: 'cifar' | 'folder' | 'drawings';
  /** What they are: 'CIFAR-10 (data_batch_1.bin, test_batch.bin)'. */
  title: string;
  /** A sentence about what was done to have them; '' where nothing was. */
  note: string;
}

/** At most so many images of each part. A folder's come class by class, and so those left are evenly spaced. */
export function limited(own: Own, most: Record<Split, number>): Record<Split, Dataset> {
  const part = (split: Split) => {
    const all = own[split];
    const n = Math.min(most[split], all.length);
    if (own.kind === 'cifar' || n === all.length) return limit(all, n);
    const places = Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * all.length) / n));
    return pick(all, places);
  };
  return { train: part('train'), test: part('test') };
}

/** What networks learn from, in a sentence: how many images, all or some, and of which classes. */
export function sentenceOf({ train, test }: Record<Split, Dataset>, own: Own): string {
  const count = (part: Dataset, all: Dataset) => {
    const [n, of] = [part, all].map(({ length }) => length.toLocaleString('en'));
    return n === of ? n : `${n} of ${of}`;
  };
  const { classNames, classes } = train;
  const names = classNames.slice(0, LISTED).join(', ') + (classes > LISTED ? ', …' : '');
  return (
    `${own.title}: ${count(train, own.train)} images to train and ${count(test, own.test)} to test, ` +
    `of 32×32 pixels in colour, ${classes} classes (${names}).`
  );
}
