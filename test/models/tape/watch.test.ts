// What is seen of a walk is the walk: the bits of backward(), in its order, whatever the program.
import t from 'tap';
import * as mixgrad from '../../../lib/index.js';
import {
  backward,
  type Device,
  openDevice,
  setDevice,
  type Tensor,
  tape,
  tensor,
} from '../../../lib/index.js';
import { reachable } from '../../../lib/tape/backward.js';
import { examples } from '../../../models/tape/examples.js';
import { type Look, lookAt, SMALL } from '../../../models/tape/look.js';
import { MOST, TapeWatch, type Walk } from '../../../models/tape/watch.js';
import { describeRule } from '../../../models/tape/words.js';

const reference = await openDevice('reference');
const wasm = await openDevice('wasm', { threads: 1 });
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (library: object, walk: (loss: Tensor) => void, console: object) => Promise<void>;

/** Runs an example up to its backward(), which `walk` stands for. */
async function runExample(code: string, device: Device, walk: (loss: Tensor) => void): Promise<void> {
  setDevice(device);
  const body = code.replace(/import (\{[^}]*\}) from 'mixgrad';/g, 'const $1 = library;');
  const program = new AsyncFunction(
    'library',
    'walk',
    'console',
    body.replace('loss.backward();', 'walk(loss);'),
  );
  await program(mixgrad, walk, { log() {} });
}

const leavesOf = (loss: Tensor) =>
  [...new Set(reachable([loss]).flatMap(({ inputs }) => inputs))].filter((x) => x.isLeaf && x.requiresGrad);
const gradOf = (x: Tensor) => Array.from(x.grad!.storage.peek());
const watchOf = (names = new Map<Tensor, string>()) =>
  new TapeWatch({ nameOf: (x) => names.get(x) ?? '', originOf: () => null });
const valuesOf = ({ values }: Look) => {
  if (!values) throw new Error('the example is too large to be compared value by value');
  return values;
};

/** The gradients of all tensors after the last step, by their ids. */
function totals({ seeds, steps }: Walk): Map<number, readonly number[]> {
  const found = new Map(seeds.map(({ tensor, gradient }) => [tensor, valuesOf(gradient)]));
  for (const { given } of steps) for (const { tensor, total } of given) found.set(tensor, valuesOf(total));
  return found;
}

for (const device of [reference, wasm])
  for (const { name, code } of examples)
    t.test(`${name} on ${device.name}: the steps have the bits and the order of backward()`, async (t) => {
      let expected: number[][] = [];
      const complete: number[][] = [];
      await runExample(code, device, (loss) => {
        const leaves = leavesOf(loss);
        // a hook sees the gradient of a record's output when it is complete
        for (const { output } of reachable([loss]))
          output.registerHook((g) => void complete.push(Array.from(g.storage.peek())));
        backward(loss);
        expected = leaves.map(gradOf);
      });
      const names = new Map<Tensor, string>();
      const watch = watchOf(names);
      await runExample(code, device, (loss) => {
        leavesOf(loss).forEach((leaf, i) => {
          names.set(leaf, String(i));
        });
        watch.backward(loss);
      });
      const [walk] = watch.walks;
      t.ok(walk.steps.length > 0);
      t.strictSame(
        walk.steps.map(({ g }) => valuesOf(g)),
        complete,
        'what each rule is given',
      );
      t.strictSame(
        walk.steps.map(({ record }) => record),
        walk.records.map(({ number }) => number).toReversed(),
      );
      const found = totals(walk);
      const parameters = walk.tensors.filter(({ kind }) => kind === 'parameter');
      t.equal(parameters.length, expected.length);
      for (const { id, name } of parameters) {
        t.strictSame(found.get(id), expected[Number(name)], `the sum of what came to parameter ${name}`);
        const { grad } = walk.leaves.find(({ tensor }) => tensor === id)!;
        t.strictSame(valuesOf(grad), expected[Number(name)], 'its grad');
      }
      for (const record of walk.records) {
        const inputs = record.inputs.map(({ tensor, name }) => ({
          name,
          shape: walk.tensors[tensor].look.shape,
        }));
        const words = describeRule({ op: record.op, inputs, output: walk.tensors[record.output].look.shape });
        t.notMatch(words, /^The rule of/, `there are words for ${record.op}`);
      }
    });

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true, device: reference });

t.test('a tensor that is used twice: what came, and the sum', async (t) => {
  const x = leaf(3);
  const watch = watchOf();
  watch.backward(x.mul(x).add(x));
  const [{ steps, records }] = watch.walks;
  t.strictSame(
    steps.map(({ given }) =>
      given.map(({ name, gradient, before, total }) => [
        name,
        gradient.values,
        before?.values ?? null,
        total.values,
      ]),
    ),
    [
      [
        ['a', [1], null, [1]],
        ['b', [1], null, [1]],
      ],
      [
        ['a', [3], [1], [4]],
        ['b', [3], [4], [7]],
      ],
    ],
  );
  t.strictSame(
    records[0].inputs.map(({ tensor }) => tensor),
    [0, 0],
    'one tensor, two arrows',
  );
});

t.test('records have the options and the numbers of tape()', async (t) => {
  const loss = leaf(1, 2).mul(3).sum(0);
  const { lines } = tape(loss);
  const watch = watchOf();
  watch.backward(loss, { retainGraph: true });
  const [{ records }] = watch.walks;
  t.strictSame(
    records.map(({ number, op }) => [number, op]),
    lines.map(({ number, op }) => [number, op]),
  );
  t.strictSame(records[1].options, [['axes', '[0]']]);
});

t.test('grad() gives what it gives, and is seen', async (t) => {
  const x = leaf(2, 3);
  const watch = watchOf();
  const [first] = watch.grad(x.mul(x).sum(), x, { createGraph: true });
  const [second] = watch.grad(first.sum(), x);
  t.strictSame([...first.storage.peek()], [4, 6]);
  t.strictSame([...second.storage.peek()], [2, 2]);
  t.strictSame(
    watch.walks.map(({ call, leaves }) => [call, leaves.length]),
    [
      ['grad', 0],
      ['grad', 0],
    ],
  );
  t.equal(x.grad, null);
});

t.test('a hook that replaces a gradient is seen, and the walk goes on as without a watch', async (t) => {
  const x = leaf(1);
  const y = x.exp();
  y.registerHook((g) => g.mul(10));
  const watch = watchOf();
  watch.backward(y.mul(2).sum());
  const [{ steps }] = watch.walks;
  t.strictSame(
    steps.map(({ isReplaced, g }) => [isReplaced, g.values]),
    [
      [false, [1]],
      [false, [1]],
      [true, [20]],
    ],
  );
  t.strictSame(gradOf(x), [20 * Math.E]);
});

t.test('a graph that is kept can be walked again, by its own rules', async (t) => {
  const x = leaf(2);
  const loss = x.mul(x);
  const watch = watchOf();
  watch.backward(loss, { retainGraph: true });
  loss.backward();
  t.strictSame(gradOf(x), [8]);
  t.equal(watch.walks[0].steps.length, 1, 'and what nobody watches is not seen');
});

t.test('errors are those of the library', async (t) => {
  const watch = watchOf();
  t.throws(() => watch.backward(leaf(1, 2).exp()), { name: 'TapeError', message: /reduce it first/ });
  t.throws(() => watch.backward(3 as never), { name: 'OptionError' });
  const loss = leaf(1).exp();
  watch.backward(loss);
  t.throws(() => watch.backward(loss), { name: 'TapeError', message: /already used/ });
});

t.test('long tapes and many walks are counted, not kept', async (t) => {
  const watch = watchOf();
  let y = leaf(1);
  const x = y;
  for (let i = 0; i <= MOST.records; i++) y = y.add(1);
  watch.backward(y);
  t.strictSame([watch.walks[0].tooMany, watch.walks[0].records.length], [MOST.records + 1, 0]);
  t.strictSame(gradOf(x), [1]);
  for (let i = 0; i < MOST.walks + 2; i++) watch.backward(x.mul(2));
  t.strictSame([watch.walks.length, watch.further], [MOST.walks, 3]);
});

t.test('a look: all of a small tensor, means over parts of a larger one', async (t) => {
  t.strictSame(lookAt([1, -2, Number.NaN, 4], [2, 2]), {
    ...{ shape: [2, 2], values: [1, -2, Number.NaN, 4], least: -2, most: 4, mean: Number.NaN, notFinite: 1 },
    picture: [
      [1, -2],
      [Number.NaN, 4],
    ],
  });
  const large = lookAt(
    Float32Array.from({ length: SMALL * 4 }, (_, i) => i % 64),
    [16, 64],
  );
  t.equal(large.values, null);
  t.strictSame([large.least, large.most, large.mean], [0, 63, 31.5]);
  t.strictSame([large.picture.length, large.picture[0].length], [16, 24]);
  t.strictSame(large.picture[0].slice(0, 2), [1, 3.5]);
  const images = lookAt([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2]);
  t.strictSame(
    images.picture,
    [
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ],
    'images side by side',
  );
});

t.test('where nothing was walked back, the last result is, if it is a number', async (t) => {
  const loss = leaf(3).mul(2);
  const watch = watchOf(new Map([[loss, 'loss']]));
  t.equal(watch.lookBack(loss), 'The program does not call backward(), so this page called it on loss.');
  t.strictSame(watch.walks[0].steps.length, 1);
  t.equal(watch.lookBack(leaf(1).exp()), '', 'not where something was');

  const other = watchOf();
  t.match(other.lookBack(leaf(1, 2).exp()), /the output of exp is no single number/);
  t.strictSame(
    [other.walks[0].call, other.walks[0].records.length, other.walks[0].steps.length],
    ['none', 1, 0],
  );
  t.strictSame([watchOf().lookBack(null), watchOf().lookBack(leaf(1))], ['', '']);
});
