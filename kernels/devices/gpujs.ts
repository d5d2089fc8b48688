// Compiles kernel bodies with GPU.js for its synchronous modes: 'cpu' (JavaScript) and 'webasm'.
import { GPU, type IConstantsThis } from '#gpu.js';
import { DeviceError } from '../errors.js';
import { type AnyKernel, numel, type Plan } from '../spec.js';
import { arrayDevice } from './arrays.js';
import { textOf } from './bodies.js';
import type { Device } from './device.js';

/** The GPU.js modes mixgrad runs on. */
export type GpuMode = 'cpu' | 'webasm' | 'webgpu';

/** What this project uses of a GPU.js kernel; its typings leave most of it out. */
export interface GpuKernel {
  (...args: unknown[]): unknown;
  kernel: { constructor: { mode: string }; fallbackReason?: string | null };
}

/** Beyond 2²⁴ a float32 index skips elements, silently. */
const MAX_ELEMENTS = 2 ** 24;

/** Compiles a kernel once for each plan and keeps it. */
export function kernelCache(gpu: GPU, mode: GpuMode) {
  const caches = new Map<AnyKernel, Map<string, GpuKernel>>();
  return (kernel: AnyKernel, plan: Plan, sizes: readonly number[]): GpuKernel => {
    let cache = caches.get(kernel);
    if (!cache) {
      cache = new Map();
      caches.set(kernel, cache);
    }
    const key = JSON.stringify([plan.threads ?? numel(plan.shape), plan.ints, plan.reals, sizes]);
    let compiled = cache.get(key);
    if (!compiled) {
      checkSizes(kernel.name, mode, plan, sizes);
      compiled = compile(gpu, kernel, plan, sizes.length, mode);
      cache.set(key, compiled);
    }
    return compiled;
  };
}

function compile(gpu: GPU, kernel: AnyKernel, plan: Plan, arrays: number, mode: GpuMode): GpuKernel {
  const constantTypes: Record<string, string> = {};
  for (const key of Object.keys(plan.ints ?? {})) constantTypes[key] = 'Integer';
  for (const key of Object.keys(plan.reals ?? {})) constantTypes[key] = 'Float';
  const scalars = plan.scalars?.length ?? 0;
  const settings = {
    output: plan.threads ? [...plan.threads] : [numel(plan.shape)],
    constants: { ...plan.ints, ...plan.reals } as IConstantsThis,
    constantTypes,
    argumentTypes: [...Array(arrays).fill('Array'), ...Array(scalars).fill('Float')],
    loopMaxIterations: 1e9,
    ...(mode === 'webgpu' && { pipeline: true, immutable: true }),
  };
  return gpu.createKernel(textOf(kernel) as never, settings as never) as unknown as GpuKernel;
}

function checkSizes(name: string, mode: GpuMode, plan: Plan, sizes: readonly number[]): void {
  const largest = Math.max(numel(plan.shape), ...sizes);
  if (largest > MAX_ELEMENTS) {
    throw new DeviceError(
      `${name}: a tensor of ${largest} elements on gpujs-${mode}, which indexes exactly only up to 2^24 = ` +
        `${MAX_ELEMENTS}; use a smaller batch or the wasm device`,
    );
  }
  for (const [constant, value] of Object.entries(plan.ints ?? {})) {
    if (Math.abs(value) <= MAX_ELEMENTS) continue;
    throw new DeviceError(
      `${name}: ${constant} is ${value} on gpujs-${mode}, which counts exactly only up to 2^24 = ${MAX_ELEMENTS}`,
    );
  }
  if (numel(plan.shape) === 0 || sizes.includes(0)) {
    throw new DeviceError(`${name}: a tensor without elements on gpujs-${mode}, which cannot hold one`);
  }
}

/** GPU.js may fall back to another mode with only a console warning: here that is an error. */
export function checkMode(name: string, { kernel }: GpuKernel, mode: GpuMode): void {
  const actual = kernel.constructor.mode;
  if (actual !== mode || kernel.fallbackReason) {
    throw new DeviceError(
      `${name}: GPU.js ran it in mode ${actual}, asked for ${mode}: ${kernel.fallbackReason ?? 'no reason given'}`,
    );
  }
}

/** Makes DeviceErrors of what GPU.js throws. */
function call<T>(name: string, compiled: () => T): T {
  try {
    return compiled();
  } catch (error) {
    throw new DeviceError(`${name}: GPU.js cannot run its body: ${(error as Error).message}`);
  }
}

/** GPU.js nests 2-D and 3-D results; copies them into one flat array. */
function flatten(result: unknown, length: number): Float32Array {
  if (result instanceof Float32Array) return result;
  const flat = new Float32Array(length);
  let at = 0;
  for (const part of result as unknown[]) {
    const rows = part instanceof Float32Array ? [part] : (part as Float32Array[]);
    for (const row of rows) {
      flat.set(row, at);
      at += row.length;
    }
  }
  return flat;
}

/** Opens GPU.js in mode 'cpu' or 'webasm'. */
export function openGpujs(mode: 'cpu' | 'webasm'): Device {
  const gpu = new GPU({ mode: mode as never });
  const kernelFor = kernelCache(gpu, mode);
  const checked = new Set<GpuKernel>();
  return arrayDevice({
    name: `gpujs-${mode}`,
    dtype: 'float32',
    compute(kernel, inputs, plan) {
      const sizes = inputs.map((input) => input.length);
      const compiled = kernelFor(kernel, plan, sizes);
      const result = call(kernel.name, () => compiled(...inputs, ...(plan.scalars ?? [])));
      if (!checked.has(compiled)) checkMode(kernel.name, compiled, mode);
      checked.add(compiled);
      return flatten(result, numel(plan.shape));
    },
    close() {
      gpu.destroy();
    },
  });
}
