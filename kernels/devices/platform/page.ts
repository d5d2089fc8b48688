// The platform of a page: files from the network, Web Workers, and the browser's WebGPU.
import { engineUrl } from './engine-url.js';
import type { Platform } from './platform.js';

/** All that a page is told when a script is refused. */
const REFUSED =
  'page-worker.js does not load; like the page it needs Cross-Origin-Embedder-Policy: require-corp and the same origin';

const sharesMemory = globalThis.crossOriginIsolated === true;
const hasWebgpu = () => globalThis.navigator?.gpu !== undefined;

export const platform: Platform = {
  engineUrl,
  sharesMemory,
  cores: sharesMemory ? (globalThis.navigator.hardwareConcurrency ?? 1) : 1,
  // Browsers do not tell; an array is refused where it is too much.
  memoryLimit: 2 ** 34,
  memoryLeft: () => 2 ** 34,
  readSync: null,

  async read(file) {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
    return response.arrayBuffer();
  },

  allowRelaxedSimd() {},

  startThread(workerData, { ready, failed }) {
    // Bundlers look for these very words.
    const worker = new Worker(new URL('./page-worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => (data === 'ready' ? ready() : worker.postMessage(workerData));
    worker.onerror = ({ message }) => failed(message || REFUSED);
    return worker;
  },

  mayHaveGpu: hasWebgpu,

  async provideWebgpu() {
    if (!hasWebgpu()) throw new Error('this browser has no WebGPU, or keeps it from this page');
  },
};
