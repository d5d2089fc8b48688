// Convolutions and products beyond the CIFAR CNN's: what DenseNet, DCGAN and strided networks ask for; elementwise kernels, and
// what moves values.
import { numel } from '../../kernels/spec.js';
import {
  abs,
  adaptiveAvgPool2d,
  clamp,
  concat,
  conv2d,
  convTranspose2d,
  createRandom,
  elu,
  flip,
  gather,
  gelu,
  gt,
  leakyRelu,
  matmul,
  maximum,
  neg,
  pad,
  permute,
  pow,
  type Shape,
  sigmoid,
  silu,
  slice,
  softplus,
  type Tensor,
  tanh,
  tensor,
  upsample,
  where,
} from '../../lib/index.js';

/** A call whose kernels, forward and backward, are measured. */
export interface Probe {
  group: string;
  /** The kernels that are measured besides convolutions and products. */
  kernels?: readonly string[];
  /** Calls the operation and its gradients on random values. */
  run(batch: number): void;
}

const random = createRandom('probes');

function noise(shape: Shape, requiresGrad = true): Tensor {
  const values = Float32Array.from({ length: numel(shape) }, () => random.normal());
  return tensor(values, { shape: [...shape], requiresGrad });
}

/** Backward from a random gradient. */
function backward(y: Tensor): void {
  y.mul(noise(y.shape, false)).sum().backward();
}

/** Channels, side, output channels, kernel, stride, padding. */
type Sizes = readonly [number, number, number, number, number, number];

function convolution(group: string, [c, side, o, kernel, stride, padding]: Sizes): Probe {
  const run = (batch: number) =>
    backward(conv2d(noise([batch, c, side, side]), noise([o, c, kernel, kernel]), null, { stride, padding }));
  return { group, run };
}

function transposed(group: string, [c, side, o, kernel, stride, padding]: Sizes): Probe {
  const run = (batch: number) => {
    const [x, w] = [noise([batch, c, side, side]), noise([c, o, kernel, kernel])];
    backward(convTranspose2d(x, w, null, { stride, padding }));
  };
  return { group, run };
}

/** Of as many values as the first layer of the CIFAR CNN gives. */
function elementwise(fn: (x: Tensor, other: Tensor) => Tensor): Probe {
  const run = (batch: number) => {
    const shape = [batch, 64, 32, 32];
    backward(fn(noise(shape), noise(shape, false)));
  };
  return { group: 'elementwise', run };
}

/** An operation on images of 64 channels that copies, and the kernels that do it, forward and backward. */
function copying(group: string, kernels: string, call: (x: Tensor) => Tensor): Probe {
  const run = (batch: number) => backward(call(noise([batch, 64, 32, 32])));
  return { group, kernels: kernels.split(' '), run };
}

/** Rows of 32 columns at places in falling order. */
const places = (x: Tensor) =>
  tensor(
    Float32Array.from({ length: x.size }, (_, i) => 31 - (i % 32)),
    { shape: x.shape },
  );

const margins = [
  [2, 2],
  [2, 2],
] as const;

export const probes: readonly Probe[] = [
  { group: 'matrix product', run: () => backward(matmul(noise([512, 512]), noise([512, 512]))) },
  convolution('CIFAR CNN, conv1 with an input gradient', [3, 32, 64, 5, 1, 2]),
  convolution('DenseNet, 3×3 at 32×32', [24, 32, 12, 3, 1, 1]),
  convolution('DenseNet, 3×3 at 16×16', [168, 16, 12, 3, 1, 1]),
  convolution('DenseNet, transition 1×1', [168, 32, 168, 1, 1, 0]),
  convolution('3×3, stride 2', [64, 32, 128, 3, 2, 1]),
  convolution('1×1 at 8×8', [256, 8, 64, 1, 1, 0]),
  transposed('DCGAN, transposed 1×1 to 4×4', [100, 1, 512, 4, 1, 0]),
  transposed('DCGAN, transposed 4×4 to 8×8', [512, 4, 256, 4, 2, 1]),
  transposed('DCGAN, transposed 8×8 to 16×16', [256, 8, 128, 4, 2, 1]),
  transposed('DCGAN, transposed 16×16 to 32×32', [128, 16, 3, 4, 2, 1]),
  elementwise(abs),
  elementwise((x) => clamp(x, { min: -1, max: 1 })),
  elementwise(maximum),
  elementwise((x, other) => where(gt(other, 0), x, other)),
  ...[leakyRelu, tanh, sigmoid, elu, gelu, silu, softplus].map((fn) => elementwise((x) => fn(x))),
  elementwise((x, other) => pow(abs(x), abs(other))),
  copying('a copy, for comparison', 'affine', neg),
  copying('margins of 2', 'pad', (x) => pad(x, margins)),
  copying('every second row', 'stridedCopy pad', (x) => slice(x, 2, 0, 32, 2)),
  copying('every second column', 'stridedCopy pad', (x) => slice(x, 3, 0, 32, 2)),
  copying('half the channels', 'stridedCopy pad', (x) => slice(x, 1, 0, 32)),
  copying('columns flipped', 'stridedCopy', (x) => flip(x, 3)),
  copying('channels last', 'stridedCopy', (x) => permute(x, [0, 2, 3, 1])),
  copying('channels joined', 'concat stridedCopy', (x) => concat([x, x], 1)),
  copying('twice the size', 'resample2d resample2dGrad', (x) => upsample(x, { scaleFactor: 2 })),
  copying('cells of 4×4', 'resample2d resample2dGrad', (x) => adaptiveAvgPool2d(x, 8)),
  copying('7×7 cells', 'resample2d resample2dGrad', (x) => adaptiveAvgPool2d(x, 7)),
  copying('one cell', 'resample2d resample2dGrad', (x) => adaptiveAvgPool2d(x, 1)),
  copying('columns by index', 'gather scatterSum', (x) => gather(x, 3, places(x))),
];
