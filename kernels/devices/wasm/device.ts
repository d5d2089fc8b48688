// The wasm device: the AssemblyScript engine over one memory. The default on the CPU.
import { DeviceError, NoRoomError } from '../../errors.js';
import { kernels } from '../../index.js';
import { type AnyKernel, numel, type Plan } from '../../spec.js';
import type { Device, DeviceBuffer } from '../device.js';
import { hostArray } from '../host.js';
import { interpret } from '../interpret.js';
import { Arena } from './arena.js';
import { weightsByImages } from './jobs/by-images.js';
import { coveringProduct } from './jobs/covering.js';
import { divide } from './jobs/divide.js';
import { type Phased, phaseNames } from './jobs/phases.js';
import { type Convolution, tiledConvolution } from './jobs/winograd.js';
import { type Native, nativeNames, nativeOf } from './natives.js';
import { createControl, type Engine, ThreadPool } from './threads/pool.js';
import { Workers } from './threads/workers.js';

/** Pages of 64 KiB that memory starts with. */
const INITIAL_PAGES = 1024;

/** Integers have 32 bits in the engine. */
const MOST_INTEGER = 2 ** 31 - 1;

class WasmBuffer implements DeviceBuffer {
  constructor(
    readonly pointer: number,
    readonly length: number,
  ) {}
}

const at = (buffer: DeviceBuffer) => (buffer as WasmBuffer).pointer;

/** How the engine is to run. */
export interface WasmOptions {
  /** Whether to take the build with relaxed SIMD. @default where it validates */
  relaxed?: boolean;
  /**
   * Threads that share the work, the calling one included.
   * @default one for each core; in a page that is not cross-origin isolated, one
   */
  threads?: number;
  /** How to convolve; 'auto' takes Winograd's tiles where they were measured to be faster. @default 'auto' */
  convolution?: Convolution;
}

/** Makes the device of a compiled engine; several threads need the build for shared memory, and may not be ready yet. */
export function createWasmDevice(
  module: WebAssembly.Module,
  shared: boolean,
  threads: number,
  convolution: Convolution = 'auto',
  makeArena = (linear: WebAssembly.Memory, top: number) => new Arena(linear, top),
): WasmDevice {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: 65536, shared });
  const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as Engine;
  checkFunctions(engine);
  const control = createControl(threads);
  const workers = new Workers(threads - 1, { module, memory, control });
  const arena = makeArena(memory, engine.heapBase());
  return new WasmDevice(engine, arena, new ThreadPool(engine, control, 0), workers, convolution);
}

/** Throws where the engine lacks a function that the device calls. */
function checkFunctions(engine: Engine): void {
  for (const name of [...nativeNames(), ...phaseNames]) {
    if (typeof engine[name] !== 'function') throw new DeviceError(`wasm: the engine has no function ${name}`);
  }
}

/** A number of a plan by its name. @throws DeviceError where the plan does not have it */
function numberOf(kernel: string, { ints, reals }: Plan, name: string, length: number): number {
  if (name === 'length') return length;
  const value = ints?.[name] ?? reals?.[name];
  if (value === undefined) throw new DeviceError(`wasm: the plan of ${kernel} has no number ${name}`);
  if (value > MOST_INTEGER) {
    throw new DeviceError(`${kernel}: ${name} is ${value}, expected at most ${MOST_INTEGER} on wasm`);
  }
  return value;
}

/** The engine, its memory and its threads. */
export class WasmDevice implements Device {
  readonly name = 'wasm';
  readonly dtype = 'float32';
  readonly sync = true;
  readonly limit: number;
  readonly threads: number;
  private live = 0;
  private buffers = 0;

  constructor(
    private readonly engine: Engine,
    private readonly arena: Arena,
    private readonly pool: ThreadPool,
    private readonly workers: Workers,
    private readonly convolution: Convolution,
  ) {
    this.threads = 1 + workers.count;
    this.limit = arena.limit - engine.heapBase();
  }

  /** Resolves when all threads take part. @throws DeviceError where one does not start; the device is closed then */
  ready(): Promise<void> {
    return this.workers.ready();
  }

  upload(data: ArrayLike<number>): DeviceBuffer {
    const buffer = this.allocate(data.length, 'upload');
    this.view(buffer).set(data);
    return buffer;
  }

  run(kernel: AnyKernel, inputs: readonly DeviceBuffer[], plan: Plan): DeviceBuffer {
    this.workers.check();
    const out = this.allocate(numel(plan.shape), kernel.name);
    try {
      this.compute(kernel, inputs as WasmBuffer[], plan, out);
    } catch (error) {
      this.free(out);
      throw error;
    }
    return out;
  }

  private compute(kernel: AnyKernel, inputs: readonly WasmBuffer[], plan: Plan, out: WasmBuffer): void {
    const native = nativeOf(kernel);
    if (!native) {
      const arrays = inputs.map((input) => this.view(input));
      interpret(kernel, plan, arrays, this.view(out));
      return;
    }
    const product = coveringProduct(kernel.name, plan);
    if (product) this.compute(kernels.matmul, inputs, product, out);
    else this.call(kernel.name, native, inputs, plan, out);
  }

  view(buffer: DeviceBuffer): Float32Array {
    return new Float32Array(this.arena.memory.buffer, at(buffer), buffer.length);
  }

  async read(buffer: DeviceBuffer): Promise<Float32Array> {
    return hostArray('data', this, this.view(buffer)) as Float32Array;
  }

  free(buffer: DeviceBuffer): void {
    this.arena.free(at(buffer), 4 * buffer.length);
    this.live -= 4 * buffer.length;
    this.buffers--;
  }

  memory() {
    return { live: this.live, pooled: this.arena.pooled, buffers: this.buffers };
  }

  close(): void {
    this.workers.end();
  }

  private call(
    name: string,
    native: Native,
    inputs: readonly WasmBuffer[],
    plan: Plan,
    out: WasmBuffer,
  ): void {
    const number = (key: string) => numberOf(name, plan, key, out.length);
    const sizes = native.constants.map(number);
    const arrays = [out, ...inputs];
    const phased =
      tiledConvolution(this.engine, name, sizes, this.convolution) ??
      weightsByImages(this.engine, name, sizes, arrays);
    if (phased) {
      this.runPhases(name, phased, inputs, out);
      return;
    }
    const call = divide(name, native, number, arrays, [...sizes, ...(plan.scalars ?? [])]);
    if (!native.scratch) {
      this.pool.run(call);
      return;
    }
    const bytes = this.engine[native.scratch.size](...native.scratch.constants.map(number)) >>> 0;
    const threads = call.jobs > 1 ? this.threads : 1;
    const scratch = this.reserve(bytes * threads, name);
    call.scratch = { argument: call.first.length, step: bytes };
    call.first.push(scratch);
    call.step.push(0);
    try {
      this.pool.run(call);
    } finally {
      this.arena.free(scratch, bytes * threads);
    }
  }

  private runPhases(
    name: string,
    { memory, calls }: Phased,
    inputs: readonly WasmBuffer[],
    out: WasmBuffer,
  ): void {
    const bytes = memory.shared + memory.own * this.threads;
    const shared = this.reserve(bytes, name);
    try {
      for (const call of calls(at(out), inputs.map(at), shared, shared + memory.shared)) this.pool.run(call);
    } finally {
      this.arena.free(shared, bytes);
    }
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
      throw new NoRoomError(what, this.name, bytes, this.live, this.limit);
    }
  }
}
