// A worker thread in Node: serves the pool that it was started for.
import { parentPort, workerData } from 'node:worker_threads';
import { runWorker } from '../wasm/threads/pool.js';

runWorker(workerData, () => parentPort!.postMessage('ready'));
