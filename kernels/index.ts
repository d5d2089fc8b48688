// Every kernel there is, by name. A device's table must name each of them.
import { convKernels } from './conv.js';
import { elementwiseKernels } from './elementwise.js';
import { matmulKernels } from './matmul.js';
import { mixtureKernels } from './mixture.js';
import { movementKernels } from './movement.js';
import { normalizationKernels } from './normalization.js';
import { optimKernels } from './optim.js';
import { poolKernels } from './pool.js';
import { reduceKernels } from './reduce.js';
import type { KernelSpec } from './spec.js';

const all = {
  ...elementwiseKernels,
  ...reduceKernels,
  ...movementKernels,
  ...matmulKernels,
  ...convKernels,
  ...poolKernels,
  ...normalizationKernels,
  ...mixtureKernels,
  ...optimKernels,
};

export type KernelName = keyof typeof all;

export const kernels: Readonly<Record<KernelName, KernelSpec>> = all;
