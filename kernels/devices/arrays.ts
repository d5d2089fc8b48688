// A device whose buffers are ordinary arrays: the garbage collector is its pool.
import type { AnyKernel, Plan } from '../spec.js';
import type { Device, DeviceBuffer, Floats } from './device.js';

class HostBuffer implements DeviceBuffer {
  constructor(readonly data: Floats) {}
  get length() {
    return this.data.length;
  }
}

const data = (buffer: DeviceBuffer) => (buffer as HostBuffer).data;

/** What such a device does by itself. */
interface Parts extends Pick<Device, 'name' | 'dtype'> {
  copy(values: ArrayLike<number>): Floats;
  compute(kernel: AnyKernel, inputs: readonly Floats[], plan: Plan): Floats;
  close?(): void;
}

/** Makes the device of what computes it. */
export function arrayDevice({ name, dtype, copy, compute, close = () => {} }: Parts): Device {
  let live = 0;
  let buffers = 0;
  const own = (array: Floats) => {
    live += array.byteLength;
    buffers++;
    return new HostBuffer(array);
  };
  return {
    name,
    dtype,
    sync: true,
    upload: (values) => own(copy(values)),
    run: (kernel, inputs, plan) => own(compute(kernel, inputs.map(data), plan)),
    view: data,
    read: async (buffer) => data(buffer).slice(),
    free(buffer) {
      live -= data(buffer).byteLength;
      buffers--;
    },
    memory: () => ({ live, pooled: 0, buffers }),
    close,
  };
}
