// What is computed in Node and in a page to be compared bit by bit. A page loads this file as it is: no bare imports.
import type { Device } from '../../../../../kernels/devices/device.js';
import type { WasmOptions } from '../../../../../kernels/devices/wasm/device.js';
import { openWasm } from '../../../../../kernels/devices/wasm/open.js';
import { type KernelName, kernels } from '../../../../../kernels/index.js';
import { type Attrs, numel, type Shape } from '../../../../../kernels/spec.js';

interface Row {
  name: KernelName;
  shapes: Shape[];
  attrs: Attrs;
}

const unit = { strideH: 1, strideW: 1, padH: 1, padW: 1, dilationH: 1, dilationW: 1, groups: 1 };
const pooling = { KH: 3, KW: 3, OH: 16, OW: 16, strideH: 2, strideW: 2, padH: 1, padW: 1 };
const x: Shape = [9, 12, 32, 32];
const y: Shape = [9, 24, 32, 32];
const convolutions: Row[] = [
  { name: 'conv2d', shapes: [x, [24, 12, 3, 3]], attrs: unit },
  { name: 'conv2dGradWeight', shapes: [y, x], attrs: { ...unit, KH: 3, KW: 3 } },
];
const others: Row[] = [
  { name: 'mixtureMoments', shapes: [x, [3, 9, 1, 1024]], attrs: {} },
  { name: 'maxPool2dIndex', shapes: [x], attrs: pooling },
  {
    name: 'matmul',
    shapes: [
      [1, 150, 130],
      [1, 130, 170],
    ],
    attrs: { transA: 0, transB: 0 },
  },
];

/** Numbers from [0, 1), the same everywhere: a linear congruential generator. */
function numbers(length: number): Float32Array {
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

async function compute(device: Device, { name, shapes, attrs }: Row): Promise<string> {
  const inputs = shapes.map((shape) => device.upload(numbers(numel(shape))));
  const out = device.run(name, inputs, kernels[name].plan(shapes, attrs));
  return sha256(await device.read(out));
}

/** Digests of every result, by its name, and how many threads computed it. */
export async function digests(
  options: WasmOptions,
): Promise<{ threads?: number; found: [string, string][] }> {
  const found: [string, string][] = [];
  const device = await openWasm({ ...options, convolution: 'direct' });
  for (const row of [...convolutions, ...others]) found.push([row.name, await compute(device, row)]);
  device.close();
  const tiled = await openWasm({ ...options, convolution: 'winograd' });
  for (const row of convolutions) found.push([`${row.name} by tiles`, await compute(tiled, row)]);
  tiled.close();
  return { threads: device.threads, found };
}

/** How a call ended whose jobs read outside of memory, and whether the next call was right. */
export function trap(device: Device, size: number): { error: string; works: boolean } {
  const twos = device.upload(new Float32Array(size).fill(2));
  const plan = { shape: [size] };
  let error = 'none';
  try {
    device.run('exp', [{ length: size, pointer: 2 ** 32 - 64 } as never], plan);
  } catch (caught) {
    error = String(caught);
  }
  const sum = device.run('add', [twos, twos], plan);
  const works = Array.from(device.view(sum)).every((value) => value === 4);
  for (const buffer of [twos, sum]) device.free(buffer);
  return { error, works };
}
