// The Jacobian of softmax, whole and by products; and how many numbers each way takes.
import { grad, jvp, openDevice, setDevice, softmax, tensor } from 'mixgrad';

setDevice(await openDevice('reference'));
const row = (values) => Array.from(values, (value) => value.toFixed(3).padStart(7)).join('');

const x = tensor([1, 2, 3], { requiresGrad: true });
const y = softmax(x, 0);
const p = await y.data();

// ∂y_i/∂x_j = p_i (δ_ij − p_j): a table with a row for each output.
const jacobian = Array.from(p, (pi, i) => Array.from(p, (pj, j) => pi * ((i === j) - pj)));
console.log('by the formula:');
for (const line of jacobian) console.log(row(line));

// v·J for v = (0, …, 1, …, 0) is a row of it. The tape is walked back once for each.
console.log('row by row, v·J:');
for (const i of [0, 1, 2]) {
  const v = tensor([0, 1, 2].map((k) => Number(k === i)));
  const [product] = grad(y, x, { gradOutputs: v, retainGraph: true });
  console.log(row(await product.data()));
}

// J·u for u = (0, …, 1, …, 0) is a column: how all outputs move when one input does.
console.log('column by column, J·u:');
for (const j of [0, 1, 2]) {
  const u = tensor([0, 1, 2].map((k) => Number(k === j)));
  const { tangent } = jvp((at) => softmax(at, 0), x.detach(), u);
  console.log(row(await tangent.data()));
}

// What a training step needs is one product, with the gradient of the loss. The rule of softmax computes it without the table:
// v·J = p ⊙ (v − ⟨v, p⟩), three numbers from three, and not nine.
const v = [0.5, -1, 2];
const inner = v.reduce((sum, value, i) => sum + value * p[i], 0);
const byRule = Array.from(p, (pi, i) => pi * (v[i] - inner));
const [byTape] = grad(y, x, { gradOutputs: tensor(v) });
console.log('one product, by its rule: ', row(byRule));
console.log('              by the tape:', row(await byTape.data()));

const size = 64 * 32 * 32;
console.log(`relu of 64 maps of 32×32: the Jacobian has ${size ** 2} numbers, the product ${size}`);
