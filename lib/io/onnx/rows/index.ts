// The table from operations, as the tape names them, to ONNX nodes. What is composed of operations needs no row.
import { activations } from './activations.js';
import { convolutions } from './conv.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { mixtures } from './mixture.js';
import { movement } from './movement.js';
import { normalizations } from './normalization.js';
import { pools } from './pool.js';
import { reductions } from './reduce.js';
import { resamplings } from './resample.js';
import type { Rows } from './row.js';

export const rows: Rows = {
  ...elementwise,
  ...activations,
  ...movement,
  ...indexing,
  ...reductions,
  ...convolutions,
  ...pools,
  ...resamplings,
  ...normalizations,
  ...mixtures,
};

/** Why an operation has no row. */
export const without: Readonly<Record<string, string>> = {
  dropout: 'it draws at random; the layers leave it out in evaluation',
  emFit: 'it fits a mixture, which no network does in evaluation',
};
