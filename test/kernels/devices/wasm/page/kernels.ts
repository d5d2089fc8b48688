// What is computed in Node and in a page to be compared bit by bit. A page loads this file as it is: no bare imports.
import type { Device } from '../../../../../kernels/devices/device.js';
import { openWasm } from '../../../../../kernels/devices/wasm/open.js';
import type { WasmOptions } from '../../../../../kernels/devices/wasm/options.js';
import { kernels } from '../../../../../kernels/index.js';
import { type AnyKernel, type Kernel, numel, type Plan, type Shape } from '../../../../../kernels/spec.js';

interface Row {
  kernel: AnyKernel;
  shapes: Shape[];
  plan: Plan;
}

const row = <A>(kernel: Kernel<A>, shapes: Shape[], attrs: A): Row => ({
  kernel: kernel as AnyKernel,
  shapes,
  plan: kernel.plan(shapes, attrs),
});

const unit = { strideH: 1, strideW: 1, padH: 1, padW: 1, dilationH: 1, dilationW: 1, groups: 1 };
const pooling = { KH: 3, KW: 3, OH: 16, OW: 16, strideH: 2, strideW: 2, padH: 1, padW: 1 };
const x: Shape = [9, 12, 32, 32];
const y: Shape = [9, 24, 32, 32];
const convolutions: Row[] = [
  row(kernels.conv2d, [x, [24, 12, 3, 3]], unit),
  row(kernels.conv2dGradWeight, [y, x], { ...unit, KH: 3, KW: 3 }),
];
const others: Row[] = [
  row(kernels.mixtureMoments, [x, [3, 9, 1, 1024]], {}),
  row(kernels.maxPool2dIndex, [x], pooling),
  row(
    kernels.matmul,
    [
      [1, 150, 130],
      [1, 130, 170],
    ],
    { transA: false, transB: false },
  ),
  row(kernels.sub, [x, [12, 1, 1]], {}),
  row(kernels.standardizeGradInput, [[1, 288, 1024], [1, 288, 1024], [2, 288], [1024], [2, 288]], {
    inner: 1,
    eps: 1e-5,
    training: true,
    perRow: true,
  }),
];

/** Values from [0, 1), the same everywhere: a linear congruential generator. */
function drawn(length: number): Float32Array {
  let state = length;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

async function sha256(values: ArrayLike<number>): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', Float32Array.from(values));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function compute(device: Device, { kernel, shapes, plan }: Row): Promise<string> {
  const inputs = shapes.map((shape) => device.upload(drawn(numel(shape))));
  const out = device.run(kernel, inputs, plan);
  return sha256(await device.read(out));
}

/** Digests of every result, by its name, and how many threads computed it. */
export async function digests(
  options: WasmOptions,
): Promise<{ threads?: number; found: [string, string][] }> {
  const found: [string, string][] = [];
  const device = await openWasm({ ...options, convolution: 'direct' });
  for (const each of [...convolutions, ...others]) {
    found.push([each.kernel.name, await compute(device, each)]);
  }
  device.close();
  const tiled = await openWasm({ ...options, convolution: 'winograd' });
  for (const each of convolutions) {
    found.push([`${each.kernel.name} by tiles`, await compute(tiled, each)]);
  }
  tiled.close();
  return { threads: device.threads, found };
}

/** How a call ended whose jobs read outside of memory, and whether the next call was right. */
export function trap(device: Device, size: number): { error: string; works: boolean } {
  const twos = device.upload(new Float32Array(size).fill(2));
  const plan = { shape: [size] };
  let error = 'none';
  try {
    device.run(kernels.exp, [{ length: size, pointer: 2 ** 32 - 64 } as never], plan);
  } catch (caught) {
    error = String(caught);
  }
  const sum = device.run(kernels.add, [twos, twos], kernels.add.plan([[size], [size]], {}));
  const works = Array.from(device.view(sum)).every((value) => value === 4);
  for (const buffer of [twos, sum]) device.free(buffer);
  return { error, works };
}
