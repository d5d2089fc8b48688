// The table of operators: one row for each function that lib/ops exports. The compiler names a row that is missing.
import type * as ops from '../../lib/ops/index.js';
import { activations } from './cases/activations.js';
import { axes } from './cases/axes.js';
import { comparisons } from './cases/compare.js';
import { convolutions } from './cases/conv.js';
import { dropouts } from './cases/dropout.js';
import { elementwise } from './cases/elementwise.js';
import { ghostBatchNormRow } from './cases/ghost-batch-norm.js';
import { joining } from './cases/joining.js';
import { losses } from './cases/loss.js';
import { products } from './cases/matmul.js';
import { mixtures } from './cases/mixture.js';
import { modeNormRow } from './cases/mode-norm.js';
import { movement } from './cases/movement.js';
import { normalizations } from './cases/normalization.js';
import { paddings } from './cases/pad.js';
import { pointwiseLosses } from './cases/pointwise-loss.js';
import { pools } from './cases/pool.js';
import { reduce } from './cases/reduce.js';
import { resamplings } from './cases/resample.js';
import { scatters } from './cases/scatter.js';
import type { OpCases, Row } from './row.js';

type Ops = typeof ops;

/** The functions that lib/ops exports. */
export type OpName = {
  [K in keyof Ops]: Ops[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Ops];

export const table: Record<OpName, Row> = {
  ...elementwise,
  ...comparisons,
  ...activations,
  ...movement,
  ...axes,
  ...joining,
  ...paddings,
  ...reduce,
  ...scatters,
  ...products,
  ...convolutions,
  ...pools,
  ...resamplings,
  ...normalizations,
  ghostBatchNorm: ghostBatchNormRow,
  modeNorm: modeNormRow,
  ...mixtures,
  ...losses,
  ...pointwiseLosses,
  ...dropouts,
};

export const rows = Object.entries(table) as [OpName, Row][];

/** All cases of a row, those for devices alone among them. */
export const allCases = ({ cases, devicesOnly }: Row): OpCases => ({ ...cases, ...devicesOnly?.cases });
