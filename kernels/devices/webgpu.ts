// Runs kernel bodies on a GPU through GPU.js's WebGPU mode, in browsers and, with the `webgpu` package, in Node.

import * as gpujs from '#gpu.js';
import { platform } from '#platform';
import { DeviceError } from '../errors.js';
import { type AnyKernel, numel, type Plan } from '../spec.js';
import type { Device, DeviceBuffer } from './device.js';
import { checkMode, type GpuKernel, kernelCache } from './gpujs.js';

/** GPU.js's handle of a buffer on the GPU. */
interface Handle {
  buffer: GPUBuffer;
  delete(): void;
}

/** What gpu.js exports and its typings leave out. */
const { WebGPUContext, WebGPUBufferResult } = gpujs as unknown as {
  WebGPUContext: { acquire(): Promise<{ adapter: GPUAdapter; device: GPUDevice }>; destroy(): Promise<void> };
  WebGPUBufferResult: new (settings: {
    buffer: GPUBuffer;
    output: number[];
    context: object;
    kernel: null;
  }) => Handle;
};

/** The GPU does not free a deleted buffer before its queue is done: wait for it every so many kernels. */
const KERNELS_IN_FLIGHT = 200;

class GpuBufferRef implements DeviceBuffer {
  handle: Handle | null = null;
  constructor(readonly length: number) {}
}

const ref = (buffer: DeviceBuffer) => buffer as GpuBufferRef;

/** Opens the WebGPU device. Throws DeviceError where no adapter answers. */
export async function openWebgpu(): Promise<Device> {
  try {
    await platform.provideWebgpu();
    return new WebgpuDevice(await WebGPUContext.acquire());
  } catch (error) {
    throw new DeviceError(`gpujs-webgpu: ${(error as Error).message}`);
  }
}

class WebgpuDevice implements Device {
  readonly name = 'gpujs-webgpu';
  readonly dtype = 'float32';
  readonly sync = false;
  readonly limit: number;
  private readonly gpu = new gpujs.GPU({ mode: 'webgpu' as never });
  private readonly kernelFor = kernelCache(this.gpu, 'webgpu');
  private readonly checked = new Set<GpuKernel>();
  /** Resolves when everything asked for so far has been submitted. */
  private submitted: Promise<void> = Promise.resolve();
  private failure: Error | null = null;
  private inFlight = 0;
  private live = 0;
  private buffers = 0;

  constructor(private readonly context: { adapter: GPUAdapter; device: GPUDevice }) {
    this.limit = context.device.limits.maxStorageBufferBindingSize;
    context.device.lost.then(({ message }) => {
      this.failure = new DeviceError(`gpujs-webgpu: the GPU is lost: ${message || 'no reason given'}`);
    });
  }

  upload(values: ArrayLike<number>): DeviceBuffer {
    const out = this.own(values.length);
    const { device } = this.context;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: 4 * Math.max(values.length, 1), usage });
    device.queue.writeBuffer(buffer, 0, Float32Array.from(values));
    out.handle = new WebGPUBufferResult({
      buffer,
      output: [values.length],
      context: this.context,
      kernel: null,
    });
    return out;
  }

  run(kernel: AnyKernel, inputs: readonly DeviceBuffer[], plan: Plan): DeviceBuffer {
    const out = this.own(numel(plan.shape));
    const compiled = this.kernelFor(
      kernel,
      plan,
      inputs.map((input) => input.length),
    );
    this.enqueue(async () => {
      const handles = inputs.map((input) => ref(input).handle);
      out.handle = (await compiled(...handles, ...(plan.scalars ?? []))) as Handle;
      if (!this.checked.has(compiled)) checkMode(kernel.name, compiled, 'webgpu');
      this.checked.add(compiled);
      if (++this.inFlight % KERNELS_IN_FLIGHT === 0) await this.context.device.queue.onSubmittedWorkDone();
    });
    return out;
  }

  view(): never {
    throw new DeviceError('gpujs-webgpu is asynchronous: await tensor.data() or tensor.item() instead');
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    let copy: Promise<Float32Array> | undefined;
    this.enqueue(async () => {
      copy = this.download(ref(buffer));
      await copy;
    });
    await this.submitted;
    if (this.failure) throw this.failure;
    return copy!;
  }

  free(buffer: DeviceBuffer): void {
    this.live -= 4 * buffer.length;
    this.buffers--;
    this.enqueue(async () => ref(buffer).handle?.delete());
  }

  memory() {
    return { live: this.live, pooled: 0, buffers: this.buffers };
  }

  close(): void {
    this.enqueue(async () => {
      this.gpu.destroy();
      await WebGPUContext.destroy();
    });
  }

  private own(length: number) {
    this.live += 4 * length;
    this.buffers++;
    return new GpuBufferRef(length);
  }

  /** GPU.js builds kernels asynchronously, so calls wait in line; after a failure the line stands still. */
  private enqueue(job: () => Promise<void>): void {
    this.submitted = this.submitted.then(async () => {
      if (this.failure) return;
      await job().catch((error: Error) => {
        // that it was lost says more than what came of it
        this.failure ??= new DeviceError(`gpujs-webgpu: ${error.message}`);
      });
    });
  }

  private async download({ handle, length }: GpuBufferRef): Promise<Float32Array> {
    const { device } = this.context;
    const size = 4 * length;
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(handle!.buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.destroy();
    return values;
  }
}
