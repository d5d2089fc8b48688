// The tape: what is recorded, how long its buffers live, and how it is printed.
import t from 'tap';
import {
  add,
  batchNorm,
  conv2d,
  defineOp,
  exp,
  isGradEnabled,
  kernels,
  log,
  maxPool2d,
  mul,
  noGrad,
  ones,
  openDevice,
  relu,
  run,
  sum,
  Tape,
  TapeError,
  type Tensor,
  tape,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf } from '../values.js';

const reference = await openDevice('reference');
const constant = (...values: number[]) => tensor(values, { device: reference });
const vector = (...values: number[]) => leaf(values, [values.length], reference);

t.test('operations on leaves that require gradients are recorded in order', async (t) => {
  const x = vector(1, 2);
  const [a, b] = [mul(x, 2), exp(x)];
  const c = add(a, b);
  t.same(
    [a, b, c].map((y) => [y.isLeaf, y.requiresGrad]),
    Array(3).fill([false, true]),
  );
  t.ok(a.record!.number < b.record!.number && b.record!.number < c.record!.number);
  t.same(c.record!.inputs, [a, b]);
});

t.test('operations on constants are not recorded', async (t) => {
  const y = mul(constant(1, 2), constant(3, 4));
  t.same([y.isLeaf, y.requiresGrad, y.record], [true, false, null]);
});

t.test('noGrad records nothing, and returns values alone, in arrays and in objects', async (t) => {
  const x = vector(1, 2);
  const { y, list } = noGrad(() => {
    t.equal(isGradEnabled(), false);
    const y = mul(x, 2);
    return { y, list: [add(y, 1), [add(y, 2)]] as [Tensor, [Tensor]] };
  });
  t.equal(isGradEnabled(), true);
  t.equal(y.requiresGrad, false);
  t.same([...(await y.data())], [2, 4]);
  t.same([...(await list[0].data())], [3, 5]);
  t.same([...(await list[1][0].data())], [4, 6]);
});

t.test('what noGrad does not return is released, and reading it says so', async (t) => {
  let inner!: Tensor;
  let kept!: Tensor;
  noGrad(() => {
    inner = mul(constant(1, 2), 2);
    kept = mul(constant(1, 2), 3).keep();
  });
  await t.rejects(
    inner.data(),
    new TapeError(
      'a tensor of shape [2] was released at the end of its noGrad(); return it, or call keep() on it',
    ),
  );
  t.same([...(await kept.data())], [3, 6]);
});

t.test('recording is on again after noGrad threw, and its tensors are released', async (t) => {
  let inner!: Tensor;
  t.throws(
    () =>
      noGrad(() => {
        inner = exp(constant(1));
        throw new RangeError('mine');
      }),
    new RangeError('mine'),
  );
  t.equal(isGradEnabled(), true);
  t.equal(inner.isReleased, true);
});

t.test('detach cuts the tape: the gradient of what follows does not pass', async (t) => {
  const x = vector(2, 3);
  const y = mul(x, x);
  sum(mul(y.detach(), x)).backward();
  t.same([...(await x.grad!.data())], [4, 9]);
});

everyDevice('a result can be read after backward(), until the next recording begins', async (t, device) => {
  const x = leaf([1, 2], [2], device);
  const logits = mul(x, 3);
  sum(mul(logits, logits)).backward();
  t.same([...(await logits.data())], [3, 6]);
  mul(x, 2);
  await t.rejects(
    logits.data(),
    new TapeError(
      'a tensor of shape [2] was released after backward(); to read it later, call keep() on it before backward()',
    ),
  );
});

everyDevice('a kept result can be read after any number of recordings', async (t, device) => {
  const x = leaf([1, 2], [2], device);
  const logits = mul(x, 3).keep();
  for (let i = 0; i < 3; i++) sum(mul(x, x)).backward();
  sum(mul(logits, logits)).backward();
  for (let i = 0; i < 3; i++) sum(mul(x, x)).backward();
  t.same([...(await logits.data())], [3, 6]);
});

everyDevice('a target computed once and detached serves many steps', async (t, device) => {
  const x = leaf([1, 2], [2], device);
  const target = mul(leaf([3, 4], [2], device), 2).detach();
  for (let step = 0; step < 5; step++) {
    sum(mul(x, target)).backward();
    t.same([...(await target.data())], [6, 8]);
  }
  t.same([...(await x.grad!.data())], [30, 40]);
});

everyDevice(
  'a hidden state is carried over segments by detach: truncated backpropagation',
  async (t, device) => {
    const w = leaf([0.5], [1], device);
    let state: Tensor = tensor([1], { device });
    for (let segment = 0; segment < 20; segment++) {
      state = state.detach();
      for (let step = 0; step < 3; step++) state = add(mul(state, w), 1);
      w.grad = null;
      sum(state).backward();
    }
    // At the fixed point s = 2 of s ← w·s + 1 a segment of three steps has the gradient 2(1 + w + w²).
    t.ok(Math.abs((await state.item()) - 2) < 1e-5);
    t.ok(Math.abs((await w.grad!.item()) - 2 * 1.75) < 1e-5);
  },
);

t.test('the tape behind a result is listed with operation, inputs, shape and bytes', async (t) => {
  const x = vector(1, 2, 3);
  const loss = sum(mul(exp(x), x));
  const { lines } = tape(loss);
  t.same(
    lines.map(({ op }) => op),
    ['exp', 'mul', 'sum'],
  );
  t.same(
    lines.map(({ shape }) => shape),
    [[3], [3], []],
  );
  t.same(
    lines.map(({ bytes }) => bytes),
    [24, 24, 8],
  );
  t.same(lines[1].inputs, [
    { from: lines[0].number, shape: [3] },
    { from: null, shape: [3] },
  ]);
  t.ok(lines.every(({ milliseconds }) => milliseconds >= 0));
});

t.test('a tape prints as a table', async (t) => {
  const x = vector(1, 2, 3);
  const printed = tape(log(exp(x)));
  const [first, second] = printed.lines.map(({ number }) => number);
  const rows = `${printed}`.split('\n');
  t.match(rows[0], /^# +op +inputs +attributes +shape +bytes +ms$/);
  t.match(rows[1], new RegExp(`^${first} +exp +\\[3\\] +\\[3\\] +24 +[\\d.]+$`));
  t.match(rows[2], new RegExp(`^${second} +log +#${first} +\\[3\\] +24 +[\\d.]+$`));
});

t.test('the Mermaid chart of a small network has attributes, bytes and milliseconds', async (t) => {
  const make = (shape: number[]) => ones(shape, { device: reference, requiresGrad: true });
  const [w, gamma, beta] = [make([2, 1, 3, 3]), make([2]), make([2])];
  const x = ones([1, 1, 4, 4], { device: reference });
  const normed = batchNorm(conv2d(x, w, null, { padding: 1 }), { weight: gamma, bias: beta, training: true });
  const { lines } = tape(maxPool2d(relu(normed), 2));
  const [a, b, c, d] = lines.map(({ number }) => number);
  const chart = new Tape(lines.map((line) => ({ ...line, milliseconds: 0.25 }))).toMermaid();
  t.equal(
    chart,
    [
      'flowchart TD',
      `  n${a}["conv2d [1, 2, 4, 4]<br/>stride [1, 1], padding [1, 1], dilation [1, 1], groups 1<br/>256 bytes, 0.250 ms"]`,
      `  l${a}_0(["[1, 1, 4, 4]"]) --> n${a}`,
      `  l${a}_1(["[2, 1, 3, 3]"]) --> n${a}`,
      `  n${b}["batchNorm [1, 2, 4, 4]<br/>rows [1, 2, 16], inner 16, eps 0.00001<br/>256 bytes, 0.250 ms"]`,
      `  n${a} --> n${b}`,
      `  l${b}_1(["[2]"]) --> n${b}`,
      `  l${b}_2(["[2]"]) --> n${b}`,
      `  n${c}["relu [1, 2, 4, 4]<br/>256 bytes, 0.250 ms"]`,
      `  n${b} --> n${c}`,
      `  n${d}["maxPool2d [1, 2, 2, 2]<br/>kernelSize [2, 2], stride [2, 2], padding [0, 0], outputSize [2, 2]<br/>64 bytes, 0.250 ms"]`,
      `  n${c} --> n${d}`,
    ].join('\n'),
  );
});

t.test('what has a meaning in Mermaid is written by its number', async (t) => {
  const odd = defineOp('a"b', {
    forward: ({ x }: { x: Tensor; kind: string }) => run(kernels.exp, [x]),
    vjp: { x: ({ g }) => g },
  });
  const chart = tape(odd({ x: vector(1), kind: '<b>#1&' })).toMermaid();
  t.match(chart, /\["a#34;b \[1\]<br\/>kind #60;b#62;#35;1#38;<br\/>8 bytes, [\d.]+ ms"\]/);
});

t.test('the tape of a leaf, and of a result that backward() used up, is empty', async (t) => {
  const x = vector(1);
  t.same(tape(x).lines, []);
  const y = sum(exp(x));
  y.backward();
  t.ok(tape(y).lines.length <= 1);
});
