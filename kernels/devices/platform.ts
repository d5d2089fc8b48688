// What differs between Node and a page: Node's own modules, or null, and how a worker thread is spoken to.
import type { Invitation } from './wasm/threads/pool.js';

type Files = Pick<typeof import('node:fs'), 'readFileSync' | 'existsSync'>;
type Flags = Pick<typeof import('node:v8'), 'setFlagsFromString'>;
type Threads = Pick<typeof import('node:worker_threads'), 'Worker' | 'workerData' | 'parentPort'>;

const inNode = typeof process !== 'undefined' && !!process.versions?.node;

export const fs: Files | null = inNode ? await import('node:fs') : null;
export const v8: Flags | null = inNode ? await import('node:v8') : null;
export const nodeThreads: Threads | null = inNode ? await import('node:worker_threads') : null;

/** Whether threads can share memory: in Node, and in pages that are isolated from others. */
export const sharesMemory = inNode || globalThis.crossOriginIsolated === true;

/** Cores this process may use, or 1 where threads cannot share memory. */
export const cores = inNode
  ? (await import('node:os')).availableParallelism()
  : sharesMemory
    ? (globalThis.navigator.hardwareConcurrency ?? 1)
    : 1;

/** In a worker thread: what it was started with. */
export async function accept(): Promise<Invitation> {
  if (nodeThreads) return nodeThreads.workerData as Invitation;
  const invitation = new Promise<Invitation>((resolve, reject) => {
    globalThis.onmessage = ({ data }) => resolve(data);
    globalThis.onmessageerror = () => reject(new Error('the engine cannot be sent to a worker here'));
  });
  // A message that comes before its listener is lost, so the listener asks for it.
  globalThis.postMessage('listening');
  return invitation;
}

/** In a worker thread: tells the thread that started it that it takes part from now on. */
export function sayReady(): void {
  (nodeThreads?.parentPort ?? globalThis).postMessage('ready');
}
