// A worker thread in a page: serves the pool that it is sent. The build makes one text of it and what it imports.
import { runWorker } from '../wasm/threads/pool.js';

globalThis.onmessage = ({ data }) => runWorker(data, () => globalThis.postMessage('ready'));
globalThis.onmessageerror = () => {
  throw new Error('the engine cannot be sent to a worker here');
};
