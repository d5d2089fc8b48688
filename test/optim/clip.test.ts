// Clipping against PyTorch's values, and what it leaves alone.
import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  clipGradNorm,
  clipGradValue,
  type Device,
  OptionError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';

interface Clip {
  name: string;
  before: number[][];
  after: number[][];
  norm: number | null;
}
const { clips } = JSON.parse(readFileSync('test/fixtures/optim_ops.json', 'utf8')) as { clips: Clip[] };

/** Parameters with these gradients, made by backward(). */
function paramsOf(gradients: number[][], device: Device): Tensor[] {
  return gradients.map((g) => {
    const param = tensor(g, { device, requiresGrad: true });
    param.mul(tensor(g, { device })).sum().backward();
    return param;
  });
}

const gradsOf = (params: readonly Tensor[]) =>
  Promise.all(params.map(async ({ grad }) => Array.from(await grad!.data())));

function far(got: number[], expected: number[]): number {
  return got.reduce(
    (most, v, i) => Math.max(most, Math.abs(v - expected[i]) / (1 + Math.abs(expected[i]))),
    0,
  );
}

everyDevice('gradients and norms are those of PyTorch', async (t, device) => {
  const tolerance = device.dtype === 'float64' ? 1e-12 : 2e-6;
  for (const { name, before, after, norm } of clips) {
    const params = paramsOf(before, device);
    const [kind, ...words] = name.split(' ');
    const [first, second] = words.map((word) => (word === 'inf' ? Number.POSITIVE_INFINITY : Number(word)));
    if (kind === 'value') clipGradValue(params, first);
    else {
      const got = await clipGradNorm(params, second, { normType: first });
      t.ok(far([got], [norm!]) < tolerance, `${name}: the norm is ${got}, expected ${norm}`);
    }
    const got = await gradsOf(params);
    t.ok(far(got.flat(), after.flat()) < tolerance, `${name}: ${got}`);
  }
});

t.test('parameters without a gradient are passed over, and gradients stay those of backward()', async (t) => {
  const [w, still] = [tensor([3], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
  t.equal(await clipGradNorm([still], 1), 0);
  w.mul(w).sum().backward();
  const { grad } = w;
  t.equal(await clipGradNorm(w, 3), 6, 'one tensor is a list of one');
  t.equal(w.grad, grad, 'the tensor is the same');
  t.ok(Math.abs((await grad!.item()) - 3) < 1e-5);
  w.gradient.clear('is no longer needed');
  t.ok(grad!.isReleased, 'and is given back like any other');
  t.equal(still.grad, null);
});

t.test('a norm that is not finite is returned, or an error that leaves the gradients', async (t) => {
  for (const [value, result] of [
    [Number.POSITIVE_INFINITY, [0, Number.NaN]],
    [Number.NaN, [Number.NaN, Number.NaN]],
  ] as const) {
    for (const normType of [2, Number.POSITIVE_INFINITY]) {
      const w = tensor([1, 1], { requiresGrad: true });
      w.grad = tensor([1, value]);
      const error = {
        name: 'OptionError',
        message: /^clipGradNorm: the norm of order \w+ is (NaN|Infinity), /,
      };
      await t.rejects(clipGradNorm([w], 1, { normType, errorIfNonfinite: true }), error);
      t.same(Array.from(await w.grad.data()), [1, value]);
      t.same(await clipGradNorm([w], 1, { normType }), value);
      t.same(Array.from(await w.grad.data()), result);
    }
  }
});

t.test('NaN passes through clipping by value', async (t) => {
  const w = tensor([1, 1, 1], { requiresGrad: true });
  w.grad = tensor([Number.NaN, Number.NEGATIVE_INFINITY, 0.5]);
  clipGradValue([w], 2);
  t.same(Array.from(await w.grad.data()), [Number.NaN, -2, 0.5]);
  t.throws(
    () => clipGradValue([w], -1),
    new OptionError('clipGradValue: clipValue is -1, expected a number of at least 0'),
  );
});
