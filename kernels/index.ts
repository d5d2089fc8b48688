// Every kernel there is, by name.
import * as activations from './activations.js';
import * as compare from './compare.js';
import * as conv from './conv.js';
import * as elementwise from './elementwise.js';
import * as indexing from './indexing.js';
import * as matmul from './matmul.js';
import * as mixture from './mixture.js';
import * as mixtureNorm from './mixture-norm.js';
import * as movement from './movement.js';
import * as normalization from './normalization.js';
import * as optim from './optim.js';
import * as pool from './pool.js';
import * as reduce from './reduce.js';
import * as resample from './resample.js';
import type { AnyKernel } from './spec.js';

/** A table in which every kernel stands under its own name: the compiler refuses any other. */
function named<T extends { readonly [Name in keyof T]: AnyKernel & { readonly name: Name } }>(table: T): T {
  return table;
}

/**
 * The kernels; a family's file exports nothing else.
 *
 * @example
 * ```js
 * import { kernels } from 'mixgrad';
 *
 * console.log(kernels.relu.name, kernels.matmul.plan([[1, 2, 3], [1, 3, 4]], { transA: false, transB: false }).shape);
 * ```
 * ```text
 * relu [ 1, 2, 4 ]
 * ```
 */
export const kernels = named({
  ...elementwise,
  ...compare,
  ...activations,
  ...movement,
  ...reduce,
  ...indexing,
  ...matmul,
  ...conv,
  ...pool,
  ...resample,
  ...normalization,
  ...mixture,
  ...mixtureNorm,
  ...optim,
});

export type KernelName = keyof typeof kernels;
