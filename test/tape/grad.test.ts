// grad(), jvp() and hessianVectorProduct(): values of the textbook, what they use up, and what they leave alone.
import t from 'tap';
import {
  add,
  batchNorm,
  conv2d,
  exp,
  grad,
  gradcheck,
  hessianVectorProduct,
  jvp,
  Linear,
  log,
  matmul,
  maxPool2d,
  mul,
  noGrad,
  openDevice,
  relu,
  sum,
  TapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { leaf, normal } from '../values.js';

const reference = await openDevice('reference');
const vector = (...values: number[]) => leaf(values, [values.length], reference);
const constant = (...values: number[]) => tensor(values, { device: reference });
const read = async (x: Tensor | null) => (x ? [...(await x.data())] : null);

everyDevice(
  'grad gives gradients in the order of the inputs, leaves or not, and sets no grad',
  async (t, device) => {
    const x = leaf([1, 2], [2], device);
    const double = mul(x, 2);
    const square = mul(double, double); // 4x²
    const [ofSquare, ofX, ofDouble] = grad(sum(mul(square, x)), [square, x, double]); // of 4x³
    t.same(await read(ofX), [12, 48]);
    t.same(await read(ofDouble), [4, 16]);
    t.same(await read(ofSquare), [1, 2]);
    t.equal(x.grad, null);
    t.equal(ofX.requiresGrad, false);
  },
);

t.test('several outputs add up, each by its own gradient, also the same one twice', async (t) => {
  const x = vector(1, 2);
  const [y, z] = [mul(x, 3), mul(x, x)];
  const [g] = grad([y, z, y], x, { gradOutputs: [constant(1, 0), constant(0, 1), constant(10, 10)] });
  t.same(await read(g), [33, 34]);
  t.same(await read(grad(x, x, { gradOutputs: constant(5, 6) })[0]), [5, 6], 'an output that is an input');
});

t.test('an input that is not used has null where that is allowed', async (t) => {
  const [x, other] = [vector(1), vector(2)];
  const [g, none] = grad(sum(exp(x)), [x, other], { allowUnused: true });
  t.equal(none, null);
  t.same(await read(g), [Math.exp(1)]);
});

t.test('only the records on the way are used up, unless the graph is retained', async (t) => {
  const [x, w] = [vector(2), vector(3)];
  const [before, beside] = [exp(x), log(w)];
  const y = mul(before, beside);
  const loss = sum(y);
  grad(loss, before, { retainGraph: true });
  t.same(await read(grad(loss, before)[0]), [Math.log(3)]);
  const message =
    'grad: sum was already used by an earlier backward(); pass { retainGraph: true } to the earlier one';
  t.throws(() => grad(loss, before), new TapeError(message));
  sum(before).backward();
  sum(beside).backward();
  t.same(
    [await read(x.grad), await read(w.grad)],
    [[Math.exp(2)], [1 / 3]],
    'what lies beyond can still be used',
  );
});

t.test('hooks see the gradients on the way, those of inputs among them, and of no other leaf', async (t) => {
  const [x, w] = [vector(1, 2), vector(3, 4)];
  const y = mul(x, w);
  const seen: string[] = [];
  y.registerHook(() => void seen.push('y'));
  w.registerHook(() => void seen.push('w'));
  x.registerHook((g) => {
    seen.push('x');
    return mul(g, 10);
  });
  t.same(await read(grad(sum(y), x)[0]), [30, 40]);
  t.same(seen, ['y', 'x']);
});

t.test('gradients of gradients, to the fourth', async (t) => {
  const x = vector(2);
  let y = mul(mul(mul(x, x), x), x); // x⁴
  const found = [];
  for (let order = 1; order <= 4; order++) {
    [y] = grad(sum(y), x, { createGraph: true });
    found.push(...(await y.data()));
  }
  t.same(found, [32, 48, 48, 24]);
});

t.test('a gradient penalty has the gradient of central differences', async (t) => {
  const penalty = (x: Tensor, w: Tensor) => {
    const [g] = grad(sum(relu(matmul(x, w))), x, { createGraph: true });
    return sum(mul(g, g));
  };
  const found = gradcheck(penalty, [leaf(normal([3, 2], 'x'), [3, 2]), leaf(normal([2, 4], 'w'), [2, 4])]);
  for (const { error } of found) t.ok(error <= 1e-6, `relative error ${error}`);
});

everyDevice(
  'the gradient of a squared gradient through fused rules agrees with the reference',
  async (t, device) => {
    const penalty = async (device: Tensor['device']) => {
      const make = (shape: number[]) => leaf(normal(shape, `${shape}`).map(Math.fround), shape, device);
      const [x, w, gamma, beta] = [make([2, 2, 6, 6]), make([3, 2, 3, 3]), make([3]), make([3])];
      const normed = batchNorm(conv2d(x, w, null, { padding: 1 }), {
        weight: gamma,
        bias: beta,
        training: true,
      });
      const y = maxPool2d(relu(normed), 2);
      const first = grad(sum(mul(y, y)), [x, w, gamma], { createGraph: true });
      const total = first.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b));
      return Promise.all(grad(total, [x, w, gamma, beta]).map(read));
    };
    const [got, expected] = [await penalty(device), await penalty(reference)];
    expected.forEach((values, i) => {
      const scale = Math.max(...values!.map(Math.abs));
      const error = Math.max(...values!.map((value, k) => Math.abs(value - got[i]![k]))) / scale;
      t.ok(error <= 1e-3, `relative error ${error}`);
    });
  },
);

everyDevice('jvp is the derivative in a direction', async (t, device) => {
  const [x, v] = [tensor([1, 2, 3], { device }), tensor([1, 0, 2], { device })];
  const { out, tangent } = jvp((x) => mul(x, x), x, v);
  t.same(
    [await read(out), await read(tangent)],
    [
      [1, 4, 9],
      [2, 0, 12],
    ],
  );
  t.same([out.requiresGrad, tangent.requiresGrad, x.requiresGrad], [false, false, false]);
  const two = jvp((x, y) => sum(mul(x, y)), [x, v], [v, x]); // ⟨v, v⟩ + ⟨x, x⟩
  t.equal(await two.tangent.item(), 19);
});

t.test('what does not depend on its input has derivative 0', async (t) => {
  const [x, v] = [constant(1, 2), constant(3, 4)];
  t.same(await read(jvp(() => constant(7), x, v).tangent), [0]);
  t.same(await read(jvp((x) => x, x, v).tangent), [3, 4]);
  t.same(await read(hessianVectorProduct((x) => sum(mul(x, 3)), x, v)[0]), [0, 0], 'a linear function');
  t.same(await read(hessianVectorProduct(() => constant(7), x, v)[0]), [0, 0]);
  const [ofX, ofY] = hessianVectorProduct((x) => sum(mul(x, x)), [x, v], [v, x]);
  t.same(
    [await read(ofX), await read(ofY)],
    [
      [6, 8],
      [0, 0],
    ],
  );
});

everyDevice('a Hessian-vector product has the mixed parts', async (t, device) => {
  const [x, y] = [tensor([1, 2], { device }), tensor([3, 5], { device })];
  const product = hessianVectorProduct(
    (x, y) => sum(mul(mul(x, x), y)),
    [x, y],
    [tensor([1, 0], { device }), y],
  );
  // H = [[2y, 2x], [2x, 0]]
  t.same(await Promise.all(product.map(read)), [
    [2 * 3 + 2 * 3, 4 * 5],
    [2, 0],
  ]);
});

t.test("a model's parameters are inputs as they are, and their gradients stay as they were", async (t) => {
  const model = new Linear(2, 1, { device: reference, bias: false });
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device: reference },
  );
  const loss = () => sum(mul(model.forward(x), model.forward(x)));
  const v = tensor([[1, 1]], { device: reference });
  const [product] = noGrad(() => hessianVectorProduct(loss, [model.weight], [v]));
  t.same(await read(product), [2 * (10 + 14), 2 * (14 + 20)]); // 2 xᵀx v
  t.equal(model.weight.grad, null);
});

t.test('what grad returns belongs to the noGrad that it was called in', async (t) => {
  const x = vector(1, 2);
  const y = sum(mul(x, x));
  const { inner, outer } = noGrad(() => {
    const [g] = grad(y, x);
    return { inner: [() => g], outer: mul(g, 2) };
  });
  t.equal(inner[0]().isReleased, true);
  t.same(await read(outer), [4, 8]);
});

t.test('a loop of Hessian-vector products runs in flat memory', async (t) => {
  const wasm = await openDevice('wasm', { threads: 1 });
  const [x, v] = [
    tensor(new Float32Array(1000), { device: wasm }),
    tensor(new Float32Array(1000), { device: wasm }),
  ];
  const buffers: number[] = [];
  for (let i = 0; i < 300; i++) {
    hessianVectorProduct((x) => sum(mul(mul(x, x), x)), x, v);
    buffers.push(wasm.memory().buffers);
  }
  t.ok(Math.max(...buffers.slice(200)) <= Math.max(...buffers.slice(0, 200)), `${buffers.slice(190, 300)}`);
  wasm.close();
});
