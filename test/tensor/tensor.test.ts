// Tensor: making one, reading it, its life.
import t from 'tap';
import {
  full,
  OptionError,
  ones,
  openDevice,
  ShapeError,
  sum,
  TapeError,
  tensor,
  zeros,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf } from '../values.js';

const reference = await openDevice('reference');

everyDevice('nested values tell their shape and are read back row by row', async (t, device) => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { device },
  );
  t.same(x.shape, [2, 3]);
  t.equal(x.size, 6);
  t.equal(x.device, device);
  t.same([...(await x.data())], [1, 2, 3, 4, 5, 6]);
});

everyDevice('full, zeros and ones fill their shape', async (t, device) => {
  t.same([...(await full([2, 2], 7, { device }).data())], [7, 7, 7, 7]);
  t.same([...(await zeros([3], { device }).data())], [0, 0, 0]);
  t.same([...(await ones([], { device }).data())], [1]);
});

everyDevice('what data() returns is a copy', async (t, device) => {
  const x = tensor([1, 2], { device });
  (await x.data())[0] = 9;
  t.same([...(await x.data())], [1, 2]);
});

t.test('rows that differ in length, and values that do not fill a shape, are refused', async (t) => {
  t.throws(
    () => tensor([[1, 2], [3]]),
    new ShapeError('tensor: rows differ in length along axis 1 of [2, 2]'),
  );
  t.throws(
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    new ShapeError('tensor: 3 values do not fill shape [2, 2]'),
  );
  t.throws(
    () => tensor([1], { shape: [1, 0] }),
    new ShapeError('tensor: shape is [1,0], expected integers of at least 1'),
  );
  t.throws(() => zeros([2.5]), new ShapeError('zeros: shape is [2.5], expected integers of at least 1'));
});

t.test('the shape of a tensor cannot be changed', async (t) => {
  const shape = [2, 3];
  const x = zeros(shape);
  shape[0] = 5;
  t.same(x.shape, [2, 3]);
  t.throws(() => (x.shape as number[]).push(4), TypeError);
});

t.test('item() reads a single number and refuses several', async (t) => {
  t.equal(await tensor([[5]]).item(), 5);
  await t.rejects(
    tensor([1, 2]).item(),
    new ShapeError('item: the tensor has shape [2], expected a single element'),
  );
});

t.test('ndarray() is a view: writing through it changes the tensor', async (t) => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device: reference },
  );
  const view = x.ndarray();
  t.equal(view.get(1, 0), 3);
  view.set(1, 0, 9);
  t.same([...(await x.data())], [1, 2, 9, 4]);
});

everyDevice(
  'ndarray() works where results are there at once, and elsewhere says what to do',
  async (t, device) => {
    const x = tensor([1, 2], { device });
    if (device.sync) t.equal(x.ndarray().get(1), 2);
    else
      t.throws(() => x.ndarray(), { name: 'DeviceError', message: /asynchronous: await tensor\.data\(\)/ });
  },
);

t.test('a tensor that was disposed of says so when it is read', async (t) => {
  const x = tensor([1, 2]);
  x.dispose();
  t.equal(x.isReleased, true);
  await t.rejects(x.data(), new TapeError('a tensor of shape [2] was disposed of'));
  t.doesNotThrow(() => x.dispose(), 'a second time does nothing');
});

everyDevice('buffers return to the device when the last tensor that shows them goes', (t, device) => {
  const inUse = () => device.memory().buffers;
  const before = inUse();
  const x = leaf([1, 2], [2], device);
  const same = x.detach();
  t.ok(x.storage.resident(), 'on the device once it is used');
  t.equal(inUse(), before + 1);
  x.dispose();
  t.equal(inUse(), before + 1);
  t.ok(same.storage.resident());
  same.dispose();
  t.equal(inUse(), before);
});

t.test('methods are the exported functions with the tensor as first argument', async (t) => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device: reference, requiresGrad: true },
  );
  t.same([...(await x.add(1).mul(2).sum({ axis: 0 }).data())], [12, 16]);
  t.same(x.reshape([4]).shape, sum(x, { axis: [] }).reshape([-1]).shape);
  t.same([...(await x.matmul(x.permute([1, 0])).data())], [5, 11, 11, 25]);
  t.same([...(await x.argMax(1).data())], [1, 1]);
  x.neg().exp().log().sub(1).div(2).relu().mean().backward();
  t.same([...(await x.grad!.data())], [0, 0, 0, 0]);
});

t.test('a tensor describes itself by shape, device and gradient', async (t) => {
  t.equal(`${leaf([1, 2], [2], reference)}`, 'Tensor(shape [2], device reference, requiresGrad)');
});

t.test('an ndarray becomes a tensor, read by its strides', async (t) => {
  const view = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], device: reference }).ndarray();
  const y = tensor(view.transpose(1, 0).lo(1, 0));
  t.same(y.shape, [2, 2]);
  t.same([...(await y.data())], [2, 5, 3, 6]);
  t.same([...(await tensor(view.pick(1, null).step(-1)).data())], [6, 5, 4]);
});

t.test('what ndarray makes of a view becomes a tensor of what it shows', async (t) => {
  const view = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }).ndarray();
  for (const [what, shown, shape, values] of [
    ['transposed', view.transpose(1, 0), [3, 2], [1, 4, 2, 5, 3, 6]],
    ['backwards', view.step(-1, -1), [2, 3], [6, 5, 4, 3, 2, 1]],
    ['every second', view.step(1, 2), [2, 2], [1, 3, 4, 6]],
    ['a part', view.lo(0, 1).hi(2, 1), [2, 1], [2, 5]],
    ['a row', view.pick(1, null), [3], [4, 5, 6]],
    ['one value', view.pick(1, 1), [], [5]],
  ] as const) {
    const x = tensor(shown);
    t.same([...x.shape], shape, what);
    t.same([...(await x.data())], values, what);
  }
  t.same([...(await tensor(view, { shape: [3, 2] }).data())], [1, 2, 3, 4, 5, 6]);
});

t.test('typed arrays of every kind of numbers become tensors', async (t) => {
  const kinds = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  for (const kind of [...kinds, Float32Array, Float64Array]) {
    t.same([...(await tensor(kind.of(1, 2)).data())], [1, 2], kind.name);
    t.same([...(await tensor([kind.of(1, 2), kind.of(3, 4)]).data())], [1, 2, 3, 4], `rows of ${kind.name}`);
  }
});

t.test('what is no values is refused with what to write instead', async (t) => {
  const inside: unknown[] = [];
  inside.push(inside);
  const at = (given: object) => ({ data: [1, 2], shape: [2], stride: [1], offset: 0, ...given });
  const nested = 'expected numbers in arrays nested evenly';
  const numbers = `${nested}; Array.from(values, Number) makes numbers of BigInts`;
  const refused: [values: unknown, error: Error][] = [
    [[1, [2, 3]], new ShapeError('tensor: rows differ in length along axis 1 of [2]')],
    [[new Float32Array(2), [1]], new ShapeError('tensor: rows differ in length along axis 1 of [2, 2]')],
    [[[1], []], new ShapeError('tensor: rows differ in length along axis 1 of [2, 1]')],
    [[1, null], new OptionError(`tensor: a value is null, ${nested}`)],
    [['1'], new OptionError(`tensor: a value is '1', ${nested}`)],
    [Array(2), new OptionError(`tensor: a value is undefined, ${nested}`)],
    [[true], new OptionError(`tensor: a value is true, ${nested}`)],
    [1n, new OptionError(`tensor: a value is 1n, ${numbers}`)],
    [[1n], new OptionError(`tensor: a value is 1n, ${numbers}`)],
    [BigInt64Array.of(1n), new OptionError(`tensor: a value is a BigInt64Array, ${numbers}`)],
    [[BigUint64Array.of(1n)], new OptionError(`tensor: a value is a BigUint64Array, ${numbers}`)],
    [new DataView(new ArrayBuffer(8)), new OptionError(`tensor: a value is a DataView, ${nested}`)],
    [inside, new ShapeError('tensor: arrays are nested more than 64 deep, expected numbers in them')],
    [
      at({ data: ['1', 2] }),
      new OptionError("tensor: the value at [0] of an ndarray is '1', expected a number"),
    ],
    [
      at({ data: [0, null] }),
      new OptionError('tensor: the value at [1] of an ndarray is null, expected a number'),
    ],
    [
      at({ shape: [3] }),
      new OptionError('tensor: the value at [2] of an ndarray is undefined, expected a number'),
    ],
    [
      at({ stride: [-1] }),
      new OptionError('tensor: the value at [1] of an ndarray is undefined, expected a number'),
    ],
    [
      at({ stride: [0.5] }),
      new OptionError('tensor: the value at [1] of an ndarray is undefined, expected a number'),
    ],
    [at({ shape: ['2'] }), new ShapeError("tensor: shape is ['2'], expected integers of at least 1")],
    [at({ shape: [0] }), new ShapeError('tensor: shape is [0], expected integers of at least 1')],
  ];
  for (const [values, error] of refused) t.throws(() => tensor(values as never), error);
  t.throws(
    () => full([2], undefined as never),
    new OptionError('full: value is undefined, expected a number'),
  );
});
