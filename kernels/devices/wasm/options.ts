// The options of the wasm device: checked, and with their defaults.
import { platform } from '#platform';
import { DeviceError, describe, OptionError, optionsOf } from '../../errors.js';

/**
 * How the wasm device convolves: by tiles where they were measured to be faster, wherever they can, or never.
 *
 * @example
 * ```js
 * import { convolutions, openDevice } from 'mixgrad';
 *
 * const device = await openDevice('wasm', { convolution: 'direct' });
 * console.log(device.name, convolutions.join(' '));
 * device.close();
 * ```
 * ```text
 * wasm auto winograd direct
 * ```
 */
export const convolutions = ['auto', 'winograd', 'direct'] as const;
export type Convolution = (typeof convolutions)[number];

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

/** More would not divide the work of a call any further. */
const MAX_THREADS = 64;

/** (func (result v128) (f32x4.relaxed_madd (i8x16.splat 0) (i8x16.splat 0) (i8x16.splat 0))) */
// biome-ignore format: one section of the module a line
const RELAXED_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 5, 1, 0x60, 0, 1, 0x7b,
  3, 2, 1, 0,
  10, 19, 1, 17, 0, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0xfd, 0x85, 2, 0x0b,
);

/** Whether relaxed SIMD compiles here, if need be after asking for it. */
export function relaxedSimdValidates(): boolean {
  if (WebAssembly.validate(RELAXED_PROBE)) return true;
  platform.allowRelaxedSimd();
  return WebAssembly.validate(RELAXED_PROBE);
}

/** How each option is read: what it must be, and whether it is. */
const checks: { [name in keyof WasmOptions]-?: [expected: string, holds: (value: unknown) => boolean] } = {
  relaxed: ['true or false', (value) => typeof value === 'boolean'],
  threads: [
    `an integer from 1 to ${MAX_THREADS}`,
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_THREADS,
  ],
  convolution: [
    convolutions.map((word) => `'${word}'`).join(' or '),
    (value) => (convolutions as readonly unknown[]).includes(value),
  ],
};

/**
 * The options with their defaults.
 * @throws OptionError for a name or value that cannot be, DeviceError for threads that cannot share memory
 */
export function completeOptions(given: WasmOptions): Required<WasmOptions> {
  const options: WasmOptions = optionsOf('wasm', given, Object.keys(checks));
  for (const [name, [expected, holds]] of Object.entries(checks)) {
    const value = options[name as keyof WasmOptions];
    if (value === undefined || holds(value)) continue;
    throw new OptionError(`wasm: ${name} is ${describe(value)}, expected ${expected}`);
  }
  const validates = relaxedSimdValidates();
  const {
    relaxed = validates,
    threads = Math.min(platform.cores, MAX_THREADS),
    convolution = 'auto',
  } = options;
  if (threads > 1 && !platform.sharesMemory) {
    throw new DeviceError(
      `wasm: threads is ${threads}, expected 1: threads share memory only in a page that is cross-origin isolated; ` +
        'serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    );
  }
  return { relaxed, threads, convolution };
}
