// A worker thread in Node: joins the team that it was started with.
import { parentPort, workerData } from 'node:worker_threads';
import { join } from '../wasm/threads/pool.js';

join(workerData, () => parentPort!.postMessage('ready'));
