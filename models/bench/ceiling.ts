// The most this machine gives: the micro-kernel on matrices that stay in the cache, and a copy of large arrays.
import { kernels } from '../../kernels/index.js';
import { type Kernel, numel } from '../../kernels/spec.js';
import type { Device } from '../../lib/index.js';

/** Billions of floating-point operations, and of bytes, a second. */
export interface Ceiling {
  gflops: number;
  gbs: number;
}

/** One block of A ([252, 384] is the most the engine packs at a time) times 64 images of [384, 64]: packing is a hundredth. */
const GEMM = { images: 64, rows: 252, depth: 384, side: 8 };

/** Floats of the copied array: 64 MiB. */
const COPIED = 2 ** 24;

const REPETITIONS = 20;

/** Measures both; the best of several times, for a ceiling is what is possible. */
export function measureCeiling(device: Device): Ceiling {
  const { images, rows, depth, side } = GEMM;
  const attrs = { strideH: 1, strideW: 1, padH: 0, padW: 0, dilationH: 1, dilationW: 1, groups: 1 };
  const [x, w] = [
    [images, depth, side, side],
    [rows, depth, 1, 1],
  ];
  const flops = 2 * images * rows * depth * side * side;
  return {
    gflops: flops / 1e6 / best(device, kernels.conv2d, [x, w], attrs),
    gbs: (2 * 4 * COPIED) / 1e6 / best(device, kernels.affine, [[COPIED]], { scale: 1, shift: 0 }),
  };
}

/** The higher of two measurements: threads may not have been awake at the first, or had to share the processor. */
export function bestOf(a: Ceiling, b: Ceiling): Ceiling {
  return { gflops: Math.max(a.gflops, b.gflops), gbs: Math.max(a.gbs, b.gbs) };
}

/** Milliseconds of a kernel on ones. */
function best<A>(device: Device, kernel: Kernel<A>, shapes: number[][], attrs: A): number {
  const inputs = shapes.map((shape) => device.upload(new Float32Array(numel(shape)).fill(1)));
  const plan = kernel.plan(shapes, attrs);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= REPETITIONS; i++) {
    const start = performance.now();
    device.free(device.run(kernel, inputs, plan));
    if (i > 0) least = Math.min(least, performance.now() - start);
  }
  for (const input of inputs) device.free(input);
  return least;
}
