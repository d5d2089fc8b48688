// Finds and compiles the engine: the relaxed SIMD build where it validates, the plain SIMD build elsewhere.
import { DeviceError, OptionError } from '../../errors.js';
import type { Device } from '../device.js';
import { cores, fs, sharesMemory, v8 } from '../platform.js';
import { createWasmDevice, type WasmDevice, type WasmOptions } from './device.js';

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

/** The build for these options, in dist/kernels/engine. */
function engineUrl(relaxed: boolean, shared: boolean): URL {
  return new URL(
    `../../engine/engine${relaxed ? '-relaxed' : ''}${shared ? '-threads' : ''}.wasm`,
    import.meta.url,
  );
}

/** The options with their defaults. @throws OptionError, and DeviceError for threads that cannot share memory */
function complete(options: WasmOptions) {
  const { relaxed = relaxedSimdValidates(), threads = Math.min(cores, MAX_THREADS), convolution } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new OptionError(`wasm: threads is ${threads}, expected a whole number from 1 to ${MAX_THREADS}`);
  }
  if (threads > 1 && !sharesMemory) {
    throw new DeviceError(
      `wasm: threads is ${threads}, expected 1: threads share memory only in a page that is cross-origin isolated; ` +
        'serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    );
  }
  return { relaxed, threads, convolution };
}

/** What a failure to load becomes. */
function doesNotLoad(error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  const { message } = error as Error;
  return new DeviceError(`wasm: the engine does not load (npm run build makes it): ${message}`);
}

function openFromFile(files: NonNullable<typeof fs>, options: WasmOptions): WasmDevice {
  const { relaxed, threads, convolution } = complete(options);
  try {
    const module = new WebAssembly.Module(files.readFileSync(engineUrl(relaxed, true)));
    return createWasmDevice(module, true, threads, convolution);
  } catch (error) {
    throw doesNotLoad(error);
  }
}

async function openFromNetwork(options: WasmOptions): Promise<WasmDevice> {
  const { relaxed, threads, convolution } = complete(options);
  const shared = threads > 1;
  try {
    const response = await fetch(engineUrl(relaxed, shared));
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
    const module = await WebAssembly.compile(await response.arrayBuffer());
    return createWasmDevice(module, shared, threads, convolution);
  } catch (error) {
    throw doesNotLoad(error);
  }
}

/** Opens the engine without waiting, from its file: in Node only. */
export function openWasmSync(options: WasmOptions = {}): Device {
  if (!fs) throw new DeviceError("wasm: in a page, write setDevice(await openDevice('wasm')) first");
  return openFromFile(fs, options);
}

/** Opens the engine, and waits until all its threads take part. @throws DeviceError where something does not load */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  const device = fs ? openFromFile(fs, options) : await openFromNetwork(options);
  await device.ready();
  return device;
}
