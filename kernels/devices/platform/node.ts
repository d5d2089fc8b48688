// The platform Node: files, worker threads, and WebGPU from the optional package webgpu.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { EngineBuild, Platform } from './platform.js';

/** One of these is there on Linux where there is a GPU. */
const GPU_FILES = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];

/** The engine lies beside the compiled kernels. */
const readEngineSync = (build: EngineBuild) =>
  readFileSync(new URL(`../../engine/${build}.wasm`, import.meta.url));

const hasWebgpu = () => (globalThis.navigator as Navigator | undefined)?.gpu !== undefined;

/** A container may have less than the machine; 0 or a huge number says that it does not. */
const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;

export const platform: Platform = {
  sharesMemory: true,
  cores: availableParallelism(),
  memoryLimit: Math.min(totalmem(), constrained),
  memoryLeft: () => process.availableMemory?.() ?? freemem(),
  readEngineSync,
  readEngine: async (build) => readEngineSync(build),
  // Node 20 has it behind a flag that can be set while running.
  allowRelaxedSimd: () => setFlagsFromString('--experimental-wasm-relaxed-simd'),

  startThread(data, { ready, failed }) {
    const worker = new Worker(new URL('./node-worker.js', import.meta.url), {
      workerData: data,
      // Node's own flags, such as --input-type, are for the main program.
      execArgv: [],
    });
    worker.on('message', ready);
    worker.on('error', (error) => failed(error.message));
    worker.unref();
    return worker;
  },

  mayHaveGpu: () => hasWebgpu() || process.platform !== 'linux' || GPU_FILES.some(existsSync),

  async provideWebgpu() {
    if (hasWebgpu()) return;
    const { create, globals } = await import('webgpu').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_MODULE_NOT_FOUND') {
        throw new Error('the optional package webgpu is not installed; npm install webgpu@0.4 installs it');
      }
      throw new Error(`the package webgpu does not load: ${error.message}`);
    });
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  },
};
