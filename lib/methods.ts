// Gives Tensor its methods: what is a method in PyTorch, each a function with the tensor as its first argument.
import { sigmoid, tanh } from './ops/activations.js';
import { flatten, squeeze, transpose, unsqueeze } from './ops/axes.js';
import { type Axes, expand, type ReduceOptions, sum } from './ops/broadcast.js';
import {
  abs,
  type ClampOptions,
  clamp,
  eq,
  ge,
  gt,
  le,
  lt,
  maximum,
  minimum,
  ne,
  sign,
} from './ops/compare.js';
import { add, div, exp, log, mul, neg, relu, sqrt, sub } from './ops/elementwise.js';
import { argMax, gather, type Indices, scatterAdd } from './ops/indexing.js';
import { split } from './ops/joining.js';
import { matmul } from './ops/matmul.js';
import { flip, permute, reshape, slice } from './ops/movement.js';
import type { Operand } from './ops/operands.js';
import { pow, square } from './ops/power.js';
import { logSoftmax, logSumExp, max, mean, softmax, type VarianceOptions, variance } from './ops/reduce.js';
import type { Shape } from './shape.js';
import { type BackwardOptions, backward } from './tape/backward.js';
import { Tensor } from './tensor/tensor.js';

type Reduce = (axis?: Axes | ReduceOptions, options?: Omit<ReduceOptions, 'axis'>) => Tensor;

declare module './tensor/tensor.js' {
  interface Tensor {
    add(b: Operand): Tensor;
    sub(b: Operand): Tensor;
    mul(b: Operand): Tensor;
    div(b: Operand): Tensor;
    neg(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    sqrt(): Tensor;
    relu(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    square(): Tensor;
    tanh(): Tensor;
    sigmoid(): Tensor;
    pow(b: Operand): Tensor;
    maximum(b: Operand): Tensor;
    minimum(b: Operand): Tensor;
    clamp(options: ClampOptions): Tensor;
    eq(b: Operand): Tensor;
    ne(b: Operand): Tensor;
    lt(b: Operand): Tensor;
    le(b: Operand): Tensor;
    gt(b: Operand): Tensor;
    ge(b: Operand): Tensor;
    matmul(b: Tensor): Tensor;
    reshape(shape: Shape): Tensor;
    permute(axes: readonly number[]): Tensor;
    expand(shape: Shape): Tensor;
    slice(axis: number, start: number, end?: number, step?: number): Tensor;
    split(axis: number, sizes: number | readonly number[]): Tensor[];
    flip(axis: number | readonly number[]): Tensor;
    unsqueeze(axis: number): Tensor;
    squeeze(axis?: number): Tensor;
    transpose(axis: number, other: number): Tensor;
    flatten(first?: number, last?: number): Tensor;
    gather(axis: number, index: Indices): Tensor;
    scatterAdd(axis: number, index: Indices, source: Tensor): Tensor;
    sum: Reduce;
    mean: Reduce;
    max: Reduce;
    var(axis?: Axes | VarianceOptions, options?: Omit<VarianceOptions, 'axis'>): Tensor;
    argMax(axis: number, options?: { keepDims?: boolean }): Tensor;
    logSumExp(axis: number, options?: { keepDims?: boolean }): Tensor;
    logSoftmax(axis: number): Tensor;
    softmax(axis: number): Tensor;
    backward(options?: BackwardOptions): void;
  }
}

// biome-ignore format: a list of names
const functions = {
  add, sub, mul, div, neg, exp, log, sqrt, relu, abs, sign, square, tanh, sigmoid, pow, maximum, minimum, clamp,
  eq, ne, lt, le, gt, ge, matmul, reshape, permute, expand, slice,
  split, flip, unsqueeze, squeeze, transpose, flatten, gather, scatterAdd,
  sum, mean, max, var: variance, argMax, logSumExp, logSoftmax, softmax, backward,
};

for (const [name, fn] of Object.entries(functions)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return (fn as (...all: unknown[]) => unknown)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}
