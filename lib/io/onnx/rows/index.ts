// The table from operations, as the tape names them, to ONNX nodes. What is composed of operations needs no row.
import { convolutions } from './conv.js';
import { elementwise } from './elementwise.js';
import { mixtures } from './mixture.js';
import { movement } from './movement.js';
import { normalizations } from './normalization.js';
import { pools } from './pool.js';
import { reductions } from './reduce.js';
import type { Rows } from './row.js';

export const rows: Rows = {
  ...elementwise,
  ...movement,
  ...reductions,
  ...convolutions,
  ...pools,
  ...normalizations,
  ...mixtures,
};
