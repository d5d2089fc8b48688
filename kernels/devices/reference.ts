// The reference device: every kernel body as nested loops in float64, plain enough to step through.
import { kernels } from '../index.js';
import { numel } from '../spec.js';
import type { Device, DeviceBuffer } from './device.js';
import { interpret } from './interpret.js';

class ReferenceBuffer implements DeviceBuffer {
  constructor(readonly data: Float64Array) {}
  get length() {
    return this.data.length;
  }
}

const data = (buffer: DeviceBuffer) => (buffer as ReferenceBuffer).data;

let opened: Device | undefined;

/** The reference device, one for the process. Its buffers are ordinary arrays: the garbage collector is its pool. */
export function openReference(): Device {
  opened ??= createReference();
  return opened;
}

function createReference(): Device {
  let live = 0;
  let buffers = 0;
  const own = (array: Float64Array) => {
    live += array.byteLength;
    buffers++;
    return new ReferenceBuffer(array);
  };
  return {
    name: 'reference',
    dtype: 'float64',
    sync: true,
    upload: (values) => own(Float64Array.from(values)),
    run(name, inputs, plan) {
      const out = own(new Float64Array(numel(plan.shape)));
      interpret(kernels[name], plan, inputs.map(data), out.data);
      return out;
    },
    view: data,
    read: async (buffer) => data(buffer).slice(),
    free(buffer) {
      live -= data(buffer).byteLength;
      buffers--;
    },
    memory: () => ({ live, pooled: 0, buffers }),
    close() {},
  };
}
