// The platform of a page: engines as modules, Web Workers made of a text, and the browser's WebGPU. Nothing here is a file
// beside this one that a bundler would have to know of.
import type { EngineBuild, Platform } from './platform.js';

const sharesMemory = globalThis.crossOriginIsolated === true;
const hasWebgpu = () => globalThis.navigator?.gpu !== undefined;

/** Each is a module of its own, so a page loads only the one that it takes. */
const engines: Record<EngineBuild, () => Promise<{ default: string }>> = {
  engine: () => import('../../engine/engine.wasm.js'),
  'engine-relaxed': () => import('../../engine/engine-relaxed.wasm.js'),
  'engine-threads': () => import('../../engine/engine-threads.wasm.js'),
  'engine-relaxed-threads': () => import('../../engine/engine-relaxed-threads.wasm.js'),
};

/** The program of worker threads, which comes with an engine for threads. */
let workerText = '';
let workerUrl: string | undefined;

export const platform: Platform = {
  sharesMemory,
  cores: sharesMemory ? (globalThis.navigator.hardwareConcurrency ?? 1) : 1,
  // Browsers do not tell; an array is refused where it is too much.
  memoryLimit: 2 ** 34,
  memoryLeft: () => 2 ** 34,
  readEngineSync: null,

  async readEngine(build) {
    const { default: base64 } = await engines[build]();
    if (build.endsWith('-threads')) workerText = (await import('./page-worker.text.js')).default;
    const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Response(stream).arrayBuffer();
  },

  allowRelaxedSimd() {},

  startThread(workerData, { ready, failed }) {
    workerUrl ??= URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }));
    const worker = new Worker(workerUrl);
    worker.onmessage = ready;
    worker.onerror = ({ message }) =>
      failed(message || "the page's Content-Security-Policy lacks worker-src blob:");
    worker.postMessage(workerData);
    return worker;
  },

  mayHaveGpu: hasWebgpu,

  async provideWebgpu() {
    if (!hasWebgpu()) throw new Error('this browser has no WebGPU, or keeps it from this page');
  },
};
