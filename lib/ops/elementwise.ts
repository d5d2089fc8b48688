// Elementwise operations, with NumPy's broadcasting.

import { broadcastShapes } from '../shape.js';
import { defineOp } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { expand } from './movement.js';

/** A tensor, or a number that applies to every element. */
export type Operand = Tensor | number;

type Pair = [a: Tensor, b: Tensor];

const addSame = defineOp<Pair>('add', {
  forward: (run, a, b) => run('add', [a, b]),
  vjp: { a: (_, g) => g, b: (_, g) => g },
});

const subSame = defineOp<Pair>('sub', {
  forward: (run, a, b) => run('sub', [a, b]),
  vjp: { a: (_, g) => g, b: (_, g) => neg(g) },
});

const mulSame = defineOp<Pair>('mul', {
  forward: (run, a, b) => run('mul', [a, b]),
  vjp: { a: (_run, g, _, _a, b) => mul(g, b), b: (_run, g, _, a) => mul(g, a) },
});

const divSame = defineOp<Pair>('div', {
  forward: (run, a, b) => run('div', [a, b]),
  vjp: { a: (_run, g, _, _a, b) => div(g, b), b: (_run, g, { out }, _, b) => neg(div(mul(g, out), b)) },
});

/** scale·x + shift */
const affine = defineOp<[x: Tensor, scale: number, shift: number]>('affine', {
  forward: (run, x, scale, shift) => run('affine', [x], { scale, shift }),
  vjp: { x: (_run, g, _, _x, scale) => mul(g, scale) },
});

/** a + b */
export function add(a: Tensor, b: Operand): Tensor {
  return typeof b === 'number' ? affine(a, 1, b) : addSame(...broadcast('add', a, b));
}

/** a − b */
export function sub(a: Tensor, b: Operand): Tensor {
  return typeof b === 'number' ? affine(a, 1, -b) : subSame(...broadcast('sub', a, b));
}

/** a · b, elementwise */
export function mul(a: Tensor, b: Operand): Tensor {
  return typeof b === 'number' ? affine(a, b, 0) : mulSame(...broadcast('mul', a, b));
}

/** a / b, elementwise */
export function div(a: Tensor, b: Operand): Tensor {
  return typeof b === 'number' ? affine(a, 1 / b, 0) : divSame(...broadcast('div', a, b));
}

/** −x */
export const neg = defineOp<[x: Tensor]>('neg', {
  forward: (run, x) => run('affine', [x], { scale: -1, shift: 0 }),
  vjp: { x: (_, g) => mul(g, -1) },
});

/** eˣ */
export const exp = defineOp<[x: Tensor]>('exp', {
  forward: (run, x) => run('exp', [x]),
  vjp: { x: (_, g, { out }) => mul(g, out) },
});

/** The natural logarithm. */
export const log = defineOp<[x: Tensor]>('log', {
  forward: (run, x) => run('log', [x]),
  vjp: { x: (_run, g, _, x) => div(g, x) },
});

/** √x */
export const sqrt = defineOp<[x: Tensor]>('sqrt', {
  forward: (run, x) => run('sqrt', [x]),
  vjp: { x: (_, g, { out }) => div(g, mul(out, 2)) },
});

/** Rectified linear unit max(x, 0), elementwise, any shape. The derivative at 0 is 0. */
export const relu = defineOp<[x: Tensor]>('relu', {
  forward: (run, x) => run('relu', [x]),
  vjp: { x: (run, g, { out }) => run('reluGrad', [g, out]) },
});

/** Both operands in their common shape. */
function broadcast(op: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const shape = broadcastShapes(op, a.shape, b.shape);
  return [expand(a, shape), expand(b, shape)];
}
