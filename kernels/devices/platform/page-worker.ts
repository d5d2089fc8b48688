// A worker thread in a page: asks for its data and serves the pool. The build makes one text of it and what it imports.
import { runWorker } from '../wasm/threads/pool.js';

globalThis.onmessage = ({ data }) => runWorker(data, () => globalThis.postMessage('ready'));
globalThis.onmessageerror = () => {
  throw new Error('the engine cannot be sent to a worker here');
};
// A message that comes before its listener is lost, so the listener asks for it.
globalThis.postMessage('listening');
