// Finds and compiles the engine: the relaxed SIMD build where it validates, the plain SIMD build elsewhere.
import { DeviceError, OptionError } from '../../lib/errors.js';
import type { Device } from './device.js';
import { cores, fs, v8 } from './platform.js';
import { createWasmDevice, type WasmOptions } from './wasm.js';

/** More would not divide the work of a call any further. */
const MAX_THREADS = 64;

/** (func (result v128) (f32x4.relaxed_madd (i8x16.splat 0) (i8x16.splat 0) (i8x16.splat 0))) */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 19, 1, 17, 0, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0xfd, 0x85, 2, 0x0b],
);

// Node 20 has relaxed SIMD behind a flag that can be set while running.
if (!WebAssembly.validate(RELAXED_PROBE)) v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Whether relaxed SIMD compiles here. */
export function relaxedSimdValidates(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/** The build for these options, in dist/kernels/wasm. */
function engineUrl(relaxed: boolean, shared: boolean): URL {
  return new URL(
    `../wasm/engine${relaxed ? '-relaxed' : ''}${shared ? '-threads' : ''}.wasm`,
    import.meta.url,
  );
}

/** Opens the engine without waiting, from its file: in Node only. */
export function openWasmSync(options: WasmOptions = {}): Device {
  if (!fs) throw new DeviceError("wasm: in a page, write setDevice(await openDevice('wasm')) first");
  const { relaxed = relaxedSimdValidates(), threads = Math.min(cores, MAX_THREADS) } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new OptionError(`wasm: threads is ${threads}, expected a whole number from 1 to ${MAX_THREADS}`);
  }
  try {
    return createWasmDevice(
      new WebAssembly.Module(fs.readFileSync(engineUrl(relaxed, true))),
      true,
      threads,
      options.convolution,
    );
  } catch (error) {
    throw new DeviceError(
      `wasm: the engine does not load (npm run build makes it): ${(error as Error).message}`,
    );
  }
}

/** Opens the engine: in Node with threads, in a page on one. */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  if (fs) return openWasmSync(options);
  const response = await fetch(engineUrl(options.relaxed ?? relaxedSimdValidates(), false));
  if (!response.ok) throw new DeviceError(`wasm: ${response.url} answered ${response.status}`);
  return createWasmDevice(
    await WebAssembly.compile(await response.arrayBuffer()),
    false,
    1,
    options.convolution,
  );
}
