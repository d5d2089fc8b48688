// The oracle of graphs: reverse-mode differentiation of 2×2 matrices of integers, as plain functions of arrays.

/** Row-major entries of a 2×2 matrix. */
export type Matrix = readonly number[];

/** A gradient that is looked at, and replaced. */
export type OracleHook = (g: Matrix) => Matrix;

/** A matrix with what it was computed from. */
export interface Node {
  value: Matrix;
  /** Whether backward() reaches a leaf from here. */
  trained: boolean;
  inputs: readonly Node[];
  /** The inputs' gradients, from this one's. */
  pull: (g: Matrix) => readonly Matrix[];
  hooks: OracleHook[];
  /** Used up by an earlier backward. */
  consumed: boolean;
  number: number;
}

const zip = (a: Matrix, b: Matrix, fn: (a: number, b: number) => number): Matrix =>
  a.map((value, i) => fn(value, b[i]));
export const add = (a: Matrix, b: Matrix): Matrix => zip(a, b, (p, q) => p + q);
const times = (a: Matrix, b: Matrix): Matrix => zip(a, b, (p, q) => p * q);
const scale = (a: Matrix, by: number): Matrix => a.map((value) => value * by);
const transpose = ([a, b, c, d]: Matrix): Matrix => [a, c, b, d];
const product = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];
/** Each entry becomes the sum of its row. */
const rowSums = ([a, b, c, d]: Matrix): Matrix => [a + b, a + b, c + d, c + d];
const mask = (x: Matrix, g: Matrix): Matrix => zip(x, g, (value, slope) => (value > 0 ? slope : 0));
const swap = ([a, b, c, d]: Matrix): Matrix => [c, d, a, b];

type Rule = readonly [value: Matrix, pull: (g: Matrix) => readonly Matrix[]];

/** What each operation computes, and the gradients of its two operands. */
export const rules = {
  add: (a: Matrix, b: Matrix): Rule => [add(a, b), (g) => [g, g]],
  sub: (a: Matrix, b: Matrix): Rule => [add(a, scale(b, -1)), (g) => [g, scale(g, -1)]],
  mul: (a: Matrix, b: Matrix): Rule => [times(a, b), (g) => [times(g, b), times(g, a)]],
  matmul: (a: Matrix, b: Matrix): Rule => [
    product(a, b),
    (g) => [product(g, transpose(b)), product(transpose(a), g)],
  ],
  double: (a: Matrix): Rule => [scale(a, 2), (g) => [scale(g, 2)]],
  neg: (a: Matrix): Rule => [scale(a, -1), (g) => [scale(g, -1)]],
  relu: (a: Matrix): Rule => [mask(a, a), (g) => [mask(a, g)]],
  transpose: (a: Matrix): Rule => [transpose(a), (g) => [transpose(g)]],
  rowSums: (a: Matrix): Rule => [rowSums(a), (g) => [rowSums(g)]],
  swapRows: (a: Matrix): Rule => [swap(a), (g) => [swap(g)]],
} satisfies Record<string, (a: Matrix, b: Matrix) => Rule>;

export type Operation = keyof typeof rules;

let made = 0;

/** A node; what it is computed from is noted only where it leads to a leaf. */
export function node(value: Matrix, inputs: readonly Node[], pull: Node['pull'], trained: boolean): Node {
  made++;
  return { value, inputs: trained ? inputs : [], pull, trained, hooks: [], consumed: false, number: made };
}

/** Every node that backward() passes, the last one first. */
export function reached(from: Node): Node[] {
  const found = new Set<Node>();
  const visit = (at: Node): void => {
    if (!at.trained || found.has(at)) return;
    found.add(at);
    at.inputs.forEach(visit);
  };
  visit(from);
  return [...found].sort((a, b) => b.number - a.number);
}

/** The gradients of the leaves, unless part of the graph was used up: then null. */
export function backward(loss: Node, seed: Matrix, retain: boolean): Map<Node, Matrix> | null {
  const nodes = reached(loss);
  if (!loss.trained || nodes.some(({ consumed }) => consumed)) return null;
  const gradients = new Map<Node, Matrix>([[loss, seed]]);
  const isLeaf = ({ inputs }: Node) => inputs.length === 0;
  for (const at of [...nodes.filter((n) => !isLeaf(n)), ...nodes.filter(isLeaf)]) {
    const g = at.hooks.reduce((before, hook) => hook(before), gradients.get(at)!);
    gradients.set(at, g);
    const pulled = isLeaf(at) ? [] : at.pull(g);
    for (const [i, input] of at.inputs.entries()) {
      const earlier = gradients.get(input);
      if (input.trained) gradients.set(input, earlier ? add(earlier, pulled[i]) : pulled[i]);
    }
    at.consumed ||= !retain && !isLeaf(at);
  }
  return new Map([...gradients].filter(([at]) => isLeaf(at) && at.trained));
}
