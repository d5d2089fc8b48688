// Loads both builds of the engine for tests: arrays go in and out as plain lists, memory is placed by a bump pointer.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--experimental-wasm-relaxed-simd');

/** The part of the WebAssembly API that is used here; TypeScript declares it only together with the browser's DOM. */
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  Memory: new (limits: { initial: number; maximum: number }) => Memory;
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, Export> } }>;
}
const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };

type Export = (...args: number[]) => number;
export type List = Float32Array | number[];

export class Engine {
  #top: number;
  readonly #base: number;

  constructor(
    readonly name: string,
    readonly exports: Record<string, Export>,
    readonly memory: Memory,
  ) {
    this.#base = exports.heapBase() >>> 0;
    this.#top = this.#base;
  }

  /** Forgets every array. */
  reset(): void {
    this.#top = this.#base;
  }

  /** Reserves bytes, filled with NaN so that whatever a kernel fails to write shows. */
  reserve(bytes: number): number {
    const at = this.#top;
    this.#top += (bytes + 79) & ~63;
    const missing = this.#top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    new Float32Array(this.memory.buffer, at, (this.#top - at) >> 2).fill(NaN);
    return at;
  }

  /** Places values in memory. */
  place(values: List): number {
    const at = this.reserve(4 * values.length);
    new Float32Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }

  /** Calls kernel(out, ...inputs, ...numbers[, scratch]) and returns the output; checks that nothing behind it changed. */
  run(kernel: string, length: number, inputs: List[], numbers: number[], scratchBytes = 0): Float32Array {
    return this.call(kernel, length, inputs, [numbers], scratchBytes);
  }

  /** The same for a kernel that takes a range of `total` units: called for the first half and for the rest. */
  runRanged(
    kernel: string,
    length: number,
    inputs: List[],
    numbers: number[],
    total: number,
    scratchBytes = 0,
  ): Float32Array {
    const half = total >> 1;
    const calls = [
      [...numbers, 0, half],
      [...numbers, half, total - half],
    ];
    return this.call(kernel, length, inputs, calls, scratchBytes);
  }

  private call(
    kernel: string,
    length: number,
    inputs: List[],
    calls: number[][],
    scratchBytes: number,
  ): Float32Array {
    this.reset();
    const out = this.reserve(4 * length + 64);
    const pointers = [out, ...inputs.map((values) => this.place(values))];
    const scratch = scratchBytes > 0 ? [this.reserve(scratchBytes)] : [];
    const guard = this.#top;
    this.reserve(64);
    for (const numbers of calls) this.exports[kernel](...pointers, ...numbers, ...scratch);
    const behind = new Float32Array(this.memory.buffer, out + 4 * length, 16);
    const end = new Float32Array(this.memory.buffer, guard, 16);
    if (![...behind, ...end].every(Number.isNaN))
      throw new Error(`${this.name}: ${kernel} wrote past its memory`);
    return new Float32Array(this.memory.buffer, out, length).slice();
  }
}

async function loadEngine(file: string): Promise<Engine> {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const bytes = readFileSync(resolve('dist/kernels/engine', file));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return new Engine(file, instance.exports, memory);
}

/** Both builds. */
export const engines = [await loadEngine('engine.wasm'), await loadEngine('engine-relaxed.wasm')];

/** Reproducible values in [-1, 1). */
export function noise(length: number, seed = 1): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Largest difference, relative to the largest expected magnitude; NaN only where NaN is expected. */
export function error(actual: List, expected: List): number {
  let scale = 1e-30;
  let worst = 0;
  for (const value of expected) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const difference = Math.abs(actual[i] - expected[i]);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst / scale;
}
