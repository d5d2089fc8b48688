// What broadcasting does forward, a gradient has to undo: it sums over what was repeated.
import { openDevice, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference'));

/** The shape of a result: axes are lined up from the last, and an axis of 1 is repeated. */
function broadcast(a, b) {
  const length = Math.max(a.length, b.length);
  const [left, right] = [a, b].map((shape) => [...Array(length - shape.length).fill(1), ...shape]);
  return left.map((size, axis) => {
    if (size !== right[axis] && size !== 1 && right[axis] !== 1) throw new Error(`${a} and ${b} do not fit`);
    return Math.max(size, right[axis]);
  });
}

/** A gradient of the result's shape, summed to that of an input. */
function sumTo(g, shape) {
  const added = g.shape.length - shape.length;
  const repeated = g.shape.flatMap((size, axis) => (axis < added || shape[axis - added] < size ? axis : []));
  return (repeated.length > 0 ? g.sum(repeated) : g).reshape(shape);
}

for (const [a, b] of [
  [[2, 3], [3]],
  [
    [4, 1, 3],
    [2, 1],
  ],
  [[], [2, 2]],
])
  console.log(`[${a}] and [${b}] give [${broadcast(a, b)}]`);

// A layer: x [2, 3] · scale [3] + shift [2, 1]. The gradient of the sum of squares, by mixgrad and by hand.
const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], requiresGrad: true });
const scale = tensor([1, 0, -1], { requiresGrad: true });
const shift = tensor([10, 20], { shape: [2, 1], requiresGrad: true });
const y = x.mul(scale).add(shift);
y.mul(y).sum().backward();

const g = y.detach().mul(2); // the gradient of Σ y²
const byHand = { x: g.mul(scale.detach()), scale: sumTo(g.mul(x.detach()), [3]), shift: sumTo(g, [2, 1]) };
for (const [name, t] of Object.entries({ x, scale, shift })) {
  const [tape, hand] = [await t.grad.data(), await byHand[name].data()].map((values) => values.join(' '));
  console.log(`${name}: ${tape}${tape === hand ? ', by hand the same' : `, by hand ${hand}`}`);
}
