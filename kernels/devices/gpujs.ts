// Compiles kernel bodies with GPU.js for its synchronous modes: 'cpu' (JavaScript) and 'webasm'.
import { GPU, type IConstantsThis } from 'gpu.js';
import { DeviceError } from '../errors.js';
import { type KernelName, kernels } from '../index.js';
import { numel, type Plan } from '../spec.js';
import type { Device, DeviceBuffer } from './device.js';

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
  const cache = new Map<string, GpuKernel>();
  return (name: KernelName, plan: Plan, sizes: readonly number[]): GpuKernel => {
    const key = JSON.stringify([name, plan.threads ?? numel(plan.shape), plan.ints, plan.reals, sizes]);
    let compiled = cache.get(key);
    if (!compiled) {
      checkSizes(name, mode, plan, sizes);
      compiled = compile(gpu, name, plan, sizes.length, mode);
      cache.set(key, compiled);
    }
    return compiled;
  };
}

function compile(gpu: GPU, name: KernelName, plan: Plan, arrays: number, mode: GpuMode): GpuKernel {
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
  return gpu.createKernel(kernels[name].body as never, settings as never) as unknown as GpuKernel;
}

function checkSizes(name: KernelName, mode: GpuMode, plan: Plan, sizes: readonly number[]): void {
  const largest = Math.max(numel(plan.shape), ...sizes);
  if (largest > MAX_ELEMENTS) {
    throw new DeviceError(
      `${name}: a tensor of ${largest} elements on gpujs-${mode}, which indexes exactly only up to 2^24 = ` +
        `${MAX_ELEMENTS}; use a smaller batch or the wasm device`,
    );
  }
  if (numel(plan.shape) === 0 || sizes.includes(0)) {
    throw new DeviceError(`${name}: a tensor without elements on gpujs-${mode}, which cannot hold one`);
  }
}

/** GPU.js may fall back to another mode with only a console warning: here that is an error. */
export function checkMode(name: KernelName, { kernel }: GpuKernel, mode: GpuMode): void {
  const actual = kernel.constructor.mode;
  if (actual !== mode || kernel.fallbackReason) {
    throw new DeviceError(
      `${name}: GPU.js ran it in mode ${actual}, asked for ${mode}: ${kernel.fallbackReason ?? 'no reason given'}`,
    );
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

class ArrayBuffer32 implements DeviceBuffer {
  constructor(readonly data: Float32Array) {}
  get length() {
    return this.data.length;
  }
}

const data = (buffer: DeviceBuffer) => (buffer as ArrayBuffer32).data;

/** Opens GPU.js in mode 'cpu' or 'webasm'. Buffers are ordinary arrays. */
export function openGpujs(mode: 'cpu' | 'webasm'): Device {
  const gpu = new GPU({ mode: mode as never });
  const kernelFor = kernelCache(gpu, mode);
  const checked = new Set<GpuKernel>();
  let live = 0;
  let buffers = 0;
  const own = (array: Float32Array) => {
    live += array.byteLength;
    buffers++;
    return new ArrayBuffer32(array);
  };
  return {
    name: `gpujs-${mode}`,
    dtype: 'float32',
    sync: true,
    upload: (values) => own(Float32Array.from(values)),
    run(name, inputs, plan) {
      const kernel = kernelFor(
        name,
        plan,
        inputs.map((input) => input.length),
      );
      const result = kernel(...inputs.map(data), ...(plan.scalars ?? []));
      if (!checked.has(kernel)) checkMode(name, kernel, mode);
      checked.add(kernel);
      return own(flatten(result, numel(plan.shape)));
    },
    view: data,
    read: async (buffer) => data(buffer).slice(),
    free(buffer) {
      live -= data(buffer).byteLength;
      buffers--;
    },
    memory: () => ({ live, pooled: 0, buffers }),
    close() {
      gpu.destroy();
    },
  };
}
