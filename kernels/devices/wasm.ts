// The wasm device: the AssemblyScript engine over one memory. The default on the CPU.
import { DeviceError } from '../../lib/errors.js';
import { type KernelName, kernels } from '../index.js';
import { numel, type Plan } from '../spec.js';
import { Arena } from './arena.js';
import type { Device, DeviceBuffer } from './device.js';
import { interpret } from './interpret.js';
import { type Native, natives } from './natives.js';

/** What the engine exports: functions of pointers and numbers. */
type Engine = Record<string, (...args: number[]) => number>;

/** Pages of 64 KiB that memory starts with. */
const INITIAL_PAGES = 1024;

class WasmBuffer implements DeviceBuffer {
  constructor(
    readonly pointer: number,
    readonly length: number,
  ) {}
}

const at = (buffer: DeviceBuffer) => (buffer as WasmBuffer).pointer;

/** Makes the device of a compiled engine. */
export function createWasmDevice(module: WebAssembly.Module, relaxed: boolean): Device {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: 65536 });
  const abort = () => {
    throw new DeviceError('wasm: the engine stopped');
  };
  const engine = new WebAssembly.Instance(module, { env: { memory, abort } }).exports as Engine;
  return new WasmDevice(engine, memory, relaxed ? 'relaxed SIMD' : 'SIMD');
}

class WasmDevice implements Device {
  readonly name = 'wasm';
  readonly dtype = 'float32';
  readonly sync = true;
  private readonly arena: Arena;
  private live = 0;
  private buffers = 0;

  constructor(
    private readonly engine: Engine,
    private readonly linear: WebAssembly.Memory,
    /** Which instructions the engine was built with. */
    readonly build: string,
  ) {
    this.arena = new Arena(linear, engine.heapBase());
  }

  upload(data: ArrayLike<number>): DeviceBuffer {
    const buffer = this.allocate(data.length, 'upload');
    this.view(buffer).set(data);
    return buffer;
  }

  run(name: KernelName, inputs: readonly DeviceBuffer[], plan: Plan): DeviceBuffer {
    const out = this.allocate(numel(plan.shape), name);
    const native = natives[name];
    if (native === 'fallback')
      interpret(
        kernels[name],
        plan,
        inputs.map((input) => this.view(input)),
        this.view(out),
      );
    else this.call(name, native, inputs, plan, out);
    return out;
  }

  view(buffer: DeviceBuffer): Float32Array {
    return new Float32Array(this.linear.buffer, at(buffer), buffer.length);
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    return this.view(buffer).slice();
  }

  free(buffer: DeviceBuffer): void {
    this.arena.free(at(buffer), 4 * buffer.length);
    this.live -= 4 * buffer.length;
    this.buffers--;
  }

  memory() {
    return { live: this.live, pooled: this.arena.pooled, buffers: this.buffers };
  }

  close(): void {}

  private call(
    name: KernelName,
    native: Native,
    inputs: readonly DeviceBuffer[],
    plan: Plan,
    out: DeviceBuffer,
  ): void {
    const number = (key: string) =>
      key === 'length' ? out.length : (plan.ints?.[key] ?? plan.reals?.[key] ?? Number.NaN);
    const args = [at(out), ...inputs.map(at), ...native.numbers.map(number), ...(plan.scalars ?? [])];
    if (!native.scratch) {
      this.engine[name](...args);
      return;
    }
    const bytes = this.engine[native.scratch.size](...native.scratch.numbers.map(number));
    const scratch = this.reserve(bytes, name);
    this.engine[name](...args, scratch);
    this.arena.free(scratch, bytes);
  }

  private allocate(length: number, what: string): WasmBuffer {
    const buffer = new WasmBuffer(this.reserve(4 * length, what), length);
    this.live += 4 * length;
    this.buffers++;
    return buffer;
  }

  private reserve(bytes: number, what: string): number {
    try {
      return this.arena.allocate(bytes);
    } catch {
      const held = Math.round(this.live / 2 ** 20);
      throw new DeviceError(
        `wasm: no room for the ${bytes} bytes of ${what}, with ${held} MiB in use of at most 4096; use a smaller batch, ` +
          'evaluate inside noGrad(), or dispose of tensors kept with keep()',
      );
    }
  }
}
