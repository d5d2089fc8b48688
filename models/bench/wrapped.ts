// A device that passes everything on to another: what watches a device overrides `run`.
import type { Device } from '../../lib/index.js';

type Run = Device['run'];
export type Buffer = ReturnType<Device['upload']>;
export type KernelName = Parameters<Run>[0];
export type Plan = Parameters<Run>[2];

/** Does what `inner` does. */
export class WrappedDevice implements Device {
  readonly name: string;
  readonly dtype: Device['dtype'];
  readonly threads: number | undefined;
  readonly sync: boolean;

  constructor(protected readonly inner: Device) {
    this.name = inner.name;
    this.dtype = inner.dtype;
    this.threads = inner.threads;
    this.sync = inner.sync;
  }

  upload(data: ArrayLike<number>): Buffer {
    return this.inner.upload(data);
  }

  run(name: KernelName, inputs: readonly Buffer[], plan: Plan): Buffer {
    return this.inner.run(name, inputs, plan);
  }

  view(buffer: Buffer): ReturnType<Device['view']> {
    return this.inner.view(buffer);
  }

  read(buffer: Buffer): ReturnType<Device['read']> {
    return this.inner.read(buffer);
  }

  free(buffer: Buffer): void {
    this.inner.free(buffer);
  }

  memory(): ReturnType<Device['memory']> {
    return this.inner.memory();
  }

  close(): void {
    this.inner.close();
  }
}
