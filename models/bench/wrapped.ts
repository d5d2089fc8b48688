// A device that passes everything on to another: what watches a device overrides `run`.
import type { Device } from '../../lib/index.js';
import { UsageError } from '../run/errors.js';

type Run = Device['run'];
export type Buffer = ReturnType<Device['upload']>;
export type Kernel = Parameters<Run>[0];
export type Plan = Parameters<Run>[2];

/** Throws UsageError where a device computes after it is asked, so that the flag cannot time its kernels. */
export function checkTimeable(flag: string, { name, sync }: Device): void {
  if (sync) return;
  throw new UsageError(`${flag}: device ${name} computes after it is asked, so its kernels cannot be timed`);
}

/** Does what `inner` does. */
export class WrappedDevice implements Device {
  readonly name: string;
  readonly dtype: Device['dtype'];
  readonly threads: number | undefined;
  readonly sync: boolean;
  readonly limit: number;

  constructor(protected readonly inner: Device) {
    this.name = inner.name;
    this.dtype = inner.dtype;
    this.threads = inner.threads;
    this.sync = inner.sync;
    this.limit = inner.limit;
  }

  upload(data: ArrayLike<number>): Buffer {
    return this.inner.upload(data);
  }

  run(kernel: Kernel, inputs: readonly Buffer[], plan: Plan): Buffer {
    return this.inner.run(kernel, inputs, plan);
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
