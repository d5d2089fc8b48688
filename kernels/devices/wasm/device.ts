// The wasm device: the AssemblyScript engine over one memory. The default on the CPU.
import { DeviceError, NoRoomError } from '../../errors.js';
import { matmul } from '../../matmul.js';
import { type AnyKernel, numel, type Plan } from '../../spec.js';
import type { Device, DeviceBuffer, Floats } from '../device.js';
import { hostArray } from '../host.js';
import { interpret } from '../interpret.js';
import { Arena } from './arena.js';
import { weightsByImages } from './jobs/by-images.js';
import { coveringProduct } from './jobs/covering.js';
import { divide } from './jobs/divide.js';
import { besideMargins, withoutMargins } from './jobs/margins.js';
import { type Phased, phaseNames } from './jobs/phases.js';
import { tiledConvolution } from './jobs/winograd.js';
import { type Native, nativeNames, nativeOf } from './natives.js';
import type { Convolution } from './options.js';
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
  const integer = ints?.[name];
  if (integer !== undefined && integer > MOST_INTEGER) {
    throw new DeviceError(`${kernel}: ${name} is ${integer}, expected at most ${MOST_INTEGER} on wasm`);
  }
  const value = integer ?? reals?.[name];
  if (value === undefined) throw new DeviceError(`wasm: the plan of ${kernel} has no number ${name}`);
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
    if (product) this.compute(matmul, inputs, product, out);
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
    const sizes = native.constants.map((key) => numberOf(name, plan, key, out.length));
    const tiled = tiledConvolution(this.engine, name, sizes, this.convolution);
    if (tiled && this.runPhases(name, tiled, inputs, out)) return;
    this.callDirectly(name, native, inputs, plan, out);
    if (besideMargins(name, plan) !== undefined) this.leaveMarginsOut(name, native, inputs, plan, out);
  }

  private callDirectly(
    name: string,
    native: Native,
    inputs: readonly WasmBuffer[],
    plan: Plan,
    out: WasmBuffer,
  ): void {
    const number = (key: string) => numberOf(name, plan, key, out.length);
    const sizes = native.constants.map(number);
    const arrays = [out, ...inputs];
    const images = weightsByImages(this.engine, name, sizes, arrays);
    if (images) {
      this.runPhases(name, images, inputs, out);
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

  /** Takes back what zeros of margins made of numbers that are not finite. */
  private leaveMarginsOut(
    name: string,
    native: Native,
    inputs: readonly WasmBuffer[],
    plan: Plan,
    out: WasmBuffer,
  ): void {
    const beside = besideMargins(name, plan)!;
    const given = inputs[beside];
    // weights are looked at first; gradients are many, and spoil the few numbers that they make
    if ((beside === 0 && this.isFinite(out)) || this.isFinite(given)) return;
    const convolve = (values: Floats, others: Floats) => {
      const buffers = [values, others].map((data) => this.upload(data) as WasmBuffer);
      try {
        this.callDirectly(name, native, beside === 0 ? buffers : buffers.toReversed(), plan, out);
      } finally {
        for (const buffer of buffers) this.free(buffer);
      }
      return this.view(out).slice();
    };
    const [values, others] = [given, inputs[1 - beside]].map((buffer) => this.view(buffer).slice());
    this.view(out).set(withoutMargins(values, others, convolve));
  }

  private isFinite(buffer: WasmBuffer): boolean {
    return this.engine.areFinite(at(buffer), buffer.length) === 1;
  }

  /** Runs calls that share memory; false where they spoiled the result. */
  private runPhases(
    name: string,
    { memory, spoiled, calls }: Phased,
    inputs: readonly WasmBuffer[],
    out: WasmBuffer,
  ): boolean {
    const bytes = memory.shared + memory.own * this.threads;
    const shared = this.reserve(bytes, name);
    const word = spoiled === undefined ? null : new Int32Array(this.arena.memory.buffer, shared + spoiled, 1);
    try {
      word?.fill(0);
      for (const call of calls(at(out), inputs.map(at), shared, shared + memory.shared)) this.pool.run(call);
      return word?.[0] !== 1;
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
