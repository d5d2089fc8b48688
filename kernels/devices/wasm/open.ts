// Finds and compiles the engine: the relaxed SIMD build where it validates, the plain SIMD build elsewhere.
import { platform } from '#platform';
import { DeviceError } from '../../errors.js';
import type { Device } from '../device.js';
import type { EngineBuild } from '../platform/platform.js';
import { createWasmDevice, type WasmDevice } from './device.js';
import { completeOptions, type WasmOptions } from './options.js';

export { relaxedSimdValidates } from './options.js';

/** The build of the engine for these options, and what makes the device of it. */
function prepare(options: WasmOptions): {
  build: EngineBuild;
  create(module: WebAssembly.Module): WasmDevice;
} {
  const { relaxed, threads, convolution } = completeOptions(options);
  // In a page one thread goes without shared memory, which it may not have.
  const shared = threads > 1 || platform.readEngineSync !== null;
  return {
    build: `engine${relaxed ? '-relaxed' : ''}${shared ? '-threads' : ''}`,
    create: (module) => createWasmDevice(module, shared, threads, convolution),
  };
}

/** What a failure to load becomes. */
function doesNotLoad(error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  const { message } = error as Error;
  if (error instanceof RangeError) return new DeviceError(`wasm: no memory: ${message}`);
  return new DeviceError(`wasm: the engine does not load (npm run build makes it): ${message}`);
}

/** Opens the engine without waiting, from its file: in Node only. @throws DeviceError where it does not load */
export function openWasmSync(options: WasmOptions = {}): Device {
  if (!platform.readEngineSync) {
    throw new DeviceError("wasm: in a page, write setDevice(await openDevice('wasm')) first");
  }
  const { build, create } = prepare(options);
  try {
    return create(new WebAssembly.Module(platform.readEngineSync(build)));
  } catch (error) {
    throw doesNotLoad(error);
  }
}

/** Opens the engine, and waits until all its threads take part. @throws DeviceError where something does not load */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  const { build, create } = prepare(options);
  let device: WasmDevice;
  try {
    device = create(await WebAssembly.compile(await platform.readEngine(build)));
  } catch (error) {
    throw doesNotLoad(error);
  }
  await device.ready();
  return device;
}
