// How far a result may lie from its golden value, relative to the largest entry of the expected tensor.
import type { TestedDevice } from '../open.js';

export interface Tolerance {
  forward: number;
  gradient: number;
  reason: string;
}

/** Gradients are allowed more: they round the forward's error again, and subtract sums that nearly cancel. */
export const tolerances: Record<TestedDevice, Tolerance> = {
  reference: {
    forward: 1e-9,
    gradient: 1e-9,
    reason: 'float64 on both sides: only the order of additions differs',
  },
  wasm: {
    forward: 1e-5,
    gradient: 2e-5,
    reason:
      "float32 with 4 to 16 partial sums; the transforms of Winograd's tiles amplify rounding up to 1e-5",
  },
  'gpujs-cpu': {
    forward: 3e-6,
    gradient: 2e-5,
    reason: 'each kernel adds in float64 and rounds its result to float32',
  },
  'gpujs-webasm': { forward: 5e-6, gradient: 2e-5, reason: 'every operation rounds to float32, 6e-8 each' },
  'gpujs-webgpu': {
    forward: 1e-5,
    gradient: 3e-5,
    reason: 'float32, and exp, log and division that a GPU may compute some ulp off',
  },
};
