// A worker thread in a page: asks for its invitation and joins the team. Import maps do not reach it.
import { join } from '../wasm/threads/pool.js';

globalThis.onmessage = ({ data }) => join(data, () => globalThis.postMessage('ready'));
globalThis.onmessageerror = () => {
  throw new Error('the engine cannot be sent to a worker here');
};
// A message that comes before its listener is lost, so the listener asks for it.
globalThis.postMessage('listening');
