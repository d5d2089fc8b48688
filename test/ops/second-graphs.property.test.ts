// Random graphs of 5 to 15 operators, drawn from the table: first and second gradients agree with central differences along
// random directions, in float64. A new row whose second gradient is made of operations takes part at once.
import fc from 'fast-check';
import t from 'tap';
import {
  add,
  concat,
  div,
  grad,
  mean,
  mul,
  openDevice,
  reshape,
  type Shape,
  slice,
  sqrt,
  sum,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { numel } from '../../lib/shape.js';
import { property } from '../property.js';
import { normal } from '../values.js';
import { rows } from './cases.js';
import type { Input, OpCase } from './row.js';

const device = await openDevice('reference');

/** More elements than this make a graph slow. */
const LARGEST = 50;
const size = (input: Input) => numel('shape' in input ? input.shape : input);

/** The operators that claim a second gradient, each with its cases. */
const claiming = rows.flatMap(([op, row]) => {
  const cases = Object.entries(row.cases).filter(
    ([, entry]) =>
      (entry.second ?? row.second) === 'operations' && entry.inputs.every((input) => size(input) <= LARGEST),
  );
  return cases.length > 0 ? [{ op, cases }] : [];
});

/** One step of a program: an operator, one of its cases, and the numbers that choose its inputs among what there is. */
const step = fc.record({
  op: fc.nat(claiming.length - 1),
  at: fc.nat(99),
  from: fc.array(fc.nat(99), { minLength: 3, maxLength: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The operator and the case of a step. */
function chosen({ op, at }: Step): [title: string, entry: OpCase] {
  const { cases } = claiming[op];
  const [title, entry] = cases[at % cases.length];
  return [`${claiming[op].op}: ${title}`, entry];
}

/** x with the elements that a shape takes: the first ones, or all of them again and again. */
function fit(x: Tensor, shape: Shape): Tensor {
  const wanted = numel(shape);
  const flat = reshape(x, [-1]);
  const repeated = concat(Array.from({ length: Math.ceil(wanted / x.size) }, () => flat));
  return reshape(slice(repeated, 0, 0, wanted), shape);
}

/** An input of a case, made of x: of any values, or near those that the case demands. */
function inputFrom(x: Tensor, input: Input, seed: string): Tensor {
  if (!('shape' in input)) return fit(x, input);
  const { shape, values } = input;
  return mul(tensor(values(seed), { shape, device }), add(mul(fit(x, shape), 0.05), 1));
}

/** x divided by √(1 + mean x²): however many operators follow one another, values stay near 1. */
function tamed(x: Tensor): Tensor {
  return div(x, sqrt(add(mean(mul(x, x)), 1)));
}

/** Runs a program; the result depends on everything that was computed. */
function run(program: readonly Step[], inputs: readonly Tensor[]): Tensor {
  const nodes = [...inputs];
  for (const s of program) {
    const [title, { fn, inputs: shapes }] = chosen(s);
    // The latest is always used, so that the graph is deep.
    const sources = s.from.map((n, i) => (i === 0 ? nodes.at(-1)! : nodes[n % nodes.length]));
    const made = fn(...shapes.map((shape, i) => inputFrom(sources[i % 3], shape, `${title} ${i}`)));
    nodes.push(tamed(made));
  }
  return nodes
    .slice(inputs.length)
    .reduce((total, node, i) => add(total, weighted(node, `w ${i}`)), weighted(nodes[0], 'w'));
}

/** ⟨x, w⟩ for random w. */
function weighted(x: Tensor, seed: string): Tensor {
  return sum(mul(x, tensor(normal(x.shape, seed), { shape: x.shape, device })));
}

const SHAPES = [[7], [2, 3]];
/** Relative to the derivative, or to 1 where that is smaller. */
const TOLERANCE = 1e-5;

const draws = (seed: string) => SHAPES.map((shape) => tensor(normal(shape, seed), { shape, device }));

/** A leaf with the values of x. */
function parameter(x: Tensor): Tensor {
  const leaf = x.detach();
  leaf.requiresGrad = true;
  return leaf;
}

/** Σ ⟨gradient, direction⟩, over what there are gradients of. */
function along(gradients: readonly (Tensor | null)[], directions: readonly Tensor[]): Tensor {
  return gradients.flatMap((g, i) => (g ? [sum(mul(g, directions[i]))] : [])).reduce((a, b) => add(a, b));
}

/** The derivative of fn along a direction by central differences. */
async function difference(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  direction: readonly Tensor[],
  step: number,
): Promise<number> {
  const at = (h: number) => fn(...inputs.map((x, i) => add(x, mul(direction[i], h)))).item();
  return ((await at(step)) - (await at(-step))) / (2 * step);
}

/** What is wrong with first or second gradients of a program, along directions drawn from a seed; '' where nothing is. */
async function wrong(
  program: readonly Step[],
  inputs: readonly Tensor[],
  seed: string,
  step: number,
): Promise<string> {
  const fn = (...leaves: Tensor[]) => run(program, leaves);
  const [u, v] = [draws(`${seed} u`), draws(`${seed} v`)];
  const leaves = inputs.map(parameter);
  const slope = along(grad(fn(...leaves), leaves, { createGraph: true, allowUnused: true }), u);
  const second = along(grad(slope, leaves, { allowUnused: true }), v);
  const slopeAt = (...at: Tensor[]) => {
    const moved = at.map(parameter);
    return along(grad(fn(...moved), moved, { allowUnused: true }), u);
  };
  const found: [string, number, number][] = [
    ['first', await slope.item(), await difference(fn, inputs, u, step)],
    ['second', await second.item(), await difference(slopeAt, inputs, v, step)],
  ];
  return found
    .filter(([, a, n]) => !(Math.abs(a - n) <= TOLERANCE * Math.max(1, Math.abs(n))))
    .map(([which, a, n]) => `${which} gradient: analytic ${a}, numeric ${n}`)
    .join('; ');
}

property(
  'first and second gradients of random graphs of operators agree with central differences',
  [fc.array(step, { minLength: 5, maxLength: 15, size: 'max' }), fc.nat()],
  async (program, seed) => {
    const inputs = draws(`${seed}`);
    const first = await wrong(program, inputs, `${seed} a`, 1e-5);
    // A long step may cross a kink, such as that of relu at 0, or see the third derivative; a shorter one elsewhere hardly does.
    if (first === '' || (await wrong(program, inputs, `${seed} b`, 1e-6)) === '') return;
    throw new Error(`${first}\n${program.map((s) => chosen(s)[0]).join('\n')}`);
  },
  { runs: 30 },
);

t.test('the programs draw from all families that claim a second gradient', async (t) => {
  const operators = claiming.map(({ op }) => op);
  t.ok(operators.length >= 20, `${operators}`);
  for (const op of ['relu', 'matmul', 'conv2d', 'maxPool2d', 'batchNorm', 'layerNorm'])
    t.ok(operators.includes(op as never), op);
});
