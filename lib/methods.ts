// Gives Tensor its methods: the functions whose first argument is a tensor and that are no layer.
import { flatten, squeeze, transpose, unsqueeze } from './ops/axes.js';
import { type Axes, expand, type ReduceOptions, sum } from './ops/broadcast.js';
import { add, div, exp, log, mul, neg, type Operand, relu, sqrt, sub } from './ops/elementwise.js';
import { argMax, gather, type Indices, scatterAdd } from './ops/indexing.js';
import { split } from './ops/joining.js';
import { matmul } from './ops/matmul.js';
import { flip, permute, reshape, slice } from './ops/movement.js';
import { logSoftmax, logSumExp, max, mean } from './ops/reduce.js';
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
    argMax(axis: number, options?: { keepDims?: boolean }): Tensor;
    logSumExp(axis: number, options?: { keepDims?: boolean }): Tensor;
    logSoftmax(axis: number): Tensor;
    backward(options?: BackwardOptions): void;
  }
}

// biome-ignore format: a list of names
const functions = {
  add, sub, mul, div, neg, exp, log, sqrt, relu, matmul, reshape, permute, expand, slice,
  split, flip, unsqueeze, squeeze, transpose, flatten, gather, scatterAdd,
  sum, mean, max, argMax, logSumExp, logSoftmax, backward,
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
