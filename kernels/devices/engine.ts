// Finds and compiles the engine: the relaxed SIMD build where it validates, the plain SIMD build elsewhere.
import { DeviceError } from '../../lib/errors.js';
import type { Device } from './device.js';
import { fs, v8 } from './platform.js';
import { createWasmDevice } from './wasm.js';

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

function engineUrl(relaxed: boolean): URL {
  return new URL(`../wasm/engine${relaxed ? '-relaxed' : ''}.wasm`, import.meta.url);
}

/** Opens the engine without waiting, from its file: in Node only. */
export function openWasmSync(relaxed = relaxedSimdValidates()): Device {
  if (!fs)
    throw new DeviceError(
      "wasm: in a page the engine loads asynchronously: setDevice(await openDevice('wasm'))",
    );
  try {
    return createWasmDevice(new WebAssembly.Module(fs.readFileSync(engineUrl(relaxed))), relaxed);
  } catch (error) {
    throw new DeviceError(
      `wasm: the engine does not load (npm run build makes it): ${(error as Error).message}`,
    );
  }
}

/** Opens the engine, in Node or in a page. */
export async function openWasm(relaxed = relaxedSimdValidates()): Promise<Device> {
  if (fs) return openWasmSync(relaxed);
  const response = await fetch(engineUrl(relaxed));
  if (!response.ok) throw new DeviceError(`wasm: ${response.url} answered ${response.status}`);
  return createWasmDevice(await WebAssembly.compile(await response.arrayBuffer()), relaxed);
}
