// A wasm device whose arrays lie between guard bytes, so that a write beside an array is seen.
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { Arena } from '../../kernels/devices/wasm/arena.js';
import { createWasmDevice, type WasmDevice } from '../../kernels/devices/wasm/device.js';
import { relaxedSimdValidates } from '../../kernels/devices/wasm/open.js';
import type { WasmOptions } from '../../kernels/devices/wasm/options.js';
import { type KernelName, kernels } from '../../kernels/index.js';
import type { AnyKernel, AttrsOf, Shape } from '../../kernels/spec.js';
import type { Call } from './agree.js';

/** Words on either side. */
const WORDS = 16;
const GUARD = 4 * WORDS;

/**
 * Hands out ranges between guards, filled with NaN, and looks at the guards when a range comes back. Guards are
 * NaN too, so that computing with them shows, and each range has its own, so that copying one to another shows.
 */
class GuardedArena extends Arena {
  private found: string[] = [];

  override allocate(bytes: number): number {
    const start = super.allocate(bytes + 2 * GUARD) + GUARD;
    new Float32Array(this.memory.buffer, start, bytes >> 2).fill(Number.NaN);
    for (const guard of this.guards(start, bytes)) guard.fill(nanOf(start));
    return start;
  }

  override free(start: number, bytes: number): void {
    const [before, after] = this.guards(start, bytes).map(
      (guard) => guard.filter((word) => word !== nanOf(start)).length,
    );
    this.note(before, 'before', bytes);
    this.note(after, 'after', bytes);
    super.free(start - GUARD, bytes + 2 * GUARD);
  }

  /** What was found since the last call: how many words were overwritten, and where. */
  trespasses(): string[] {
    const { found } = this;
    this.found = [];
    return found;
  }

  private guards(start: number, bytes: number): Uint32Array[] {
    return [start - GUARD, start + bytes].map((from) => new Uint32Array(this.memory.buffer, from, WORDS));
  }

  private note(count: number, side: string, bytes: number): void {
    if (count) this.found.push(`${count} word${count > 1 ? 's' : ''} ${side} an array of ${bytes} bytes`);
  }
}

/** A quiet NaN with the range's number. */
const nanOf = (start: number) => (0x7fc00000 | (start >>> 6)) >>> 0;

/** A device and the arena that watches over it. */
export interface Guarded {
  device: WasmDevice;
  arena: GuardedArena;
}

/** One of the four builds of the engine. */
export function compileEngine(relaxed: boolean, shared: boolean): WebAssembly.Module {
  if (relaxed && !relaxedSimdValidates()) throw new Error('relaxed SIMD does not validate here');
  const file = `../../kernels/engine/engine${relaxed ? '-relaxed' : ''}${shared ? '-threads' : ''}.wasm`;
  return new WebAssembly.Module(readFileSync(new URL(file, import.meta.url)));
}

/** Opens one of the builds with guards: several threads take the one for shared memory. */
export async function openGuarded({
  relaxed,
  threads,
  convolution,
}: WasmOptions & { relaxed: boolean; threads: number }): Promise<Guarded> {
  const shared = threads > 1;
  const module = compileEngine(relaxed, shared);
  let arena!: GuardedArena;
  const device = createWasmDevice(module, shared, threads, convolution, (memory, top) => {
    arena = new GuardedArena(memory, top);
    return arena;
  });
  await device.ready();
  return { device, arena };
}

/** Runs a call: its output, and whether its inputs are as they were. */
export function runGuarded(device: WasmDevice, { kernel, inputs, plan }: Call) {
  const buffers = inputs.map((input) => device.upload(input));
  const before = buffers.map((buffer) => device.view(buffer).slice());
  const out = device.run(kernel, buffers, plan);
  const values = device.view(out).slice();
  const kept = buffers.every((buffer, i) => sameBits(device.view(buffer), before[i]));
  for (const buffer of [...buffers, out]) device.free(buffer);
  return { values, kept };
}

/** Whether two arrays are equal to the last bit. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytes(a).equals(bytes(b));
}

/** Runs a kernel on inputs and their shapes. */
export type Compute = <Name extends KernelName>(
  name: Name,
  inputs: [values: ArrayLike<number>, shape: Shape][],
  attrs: AttrsOf<(typeof kernels)[Name]>,
) => number[];

/** Registers a test on both builds, with three threads. */
export function onBothBuilds(title: string, body: (t: Test, compute: Compute) => void): void {
  for (const relaxed of [false, true]) {
    t.test(`the ${relaxed ? 'relaxed' : 'plain'} build: ${title}`, async (t) => {
      const { device, arena } = await openGuarded({ relaxed, threads: 3 });
      body(t, (name, calls, attrs) => {
        const kernel: AnyKernel = kernels[name];
        const plan = kernel.plan(
          calls.map(([, shape]) => shape),
          attrs as never,
        );
        const inputs = calls.map(([values]) => values);
        return [...runGuarded(device, { kernel, inputs, plan }).values];
      });
      t.same(arena.trespasses(), []);
      device.close();
    });
  }
}
