// Gives Tensor its methods: each is one of the exported functions with the tensor as first argument.

import { add, div, exp, log, mul, neg, type Operand, relu, sqrt, sub } from './ops/elementwise.js';
import { matmul } from './ops/matmul.js';
import { permute, reshape } from './ops/movement.js';
import { argMax, logSoftmax, max, mean, type ReduceOptions, sum } from './ops/reduce.js';
import type { Shape } from './shape.js';
import { type BackwardOptions, backward } from './tape/backward.js';
import { Tensor } from './tensor/tensor.js';

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
    sum(options?: ReduceOptions): Tensor;
    mean(options?: ReduceOptions): Tensor;
    max(options?: ReduceOptions): Tensor;
    argMax(axis: number): Tensor;
    logSoftmax(axis: number): Tensor;
    backward(options?: BackwardOptions): void;
  }
}

const functions = {
  ...{ add, sub, mul, div, neg, exp, log, sqrt, relu, matmul, reshape, permute },
  ...{ sum, mean, max, argMax, logSoftmax, backward },
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
