// The worker that reads the user's files, so that the page goes on meanwhile.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import type { GivenFile } from '../../../dist/models/lab/own/given.js';
import type { Own } from '../../../dist/models/lab/own/parts.js';
import { readOwn } from '../../../dist/models/lab/own/read.js';

/** From the worker. */
export type Reading =
  | { kind: 'progress'; done: number; all: number }
  | { kind: 'read'; own: Own }
  | { kind: 'fault'; message: string };

const send = (reading: Reading) => postMessage(reading);
/** Images between two words about how far it is. */
const OFTEN = 50;

/** The same images where every worker sees them, if the page may share memory. */
function shared(dataset: Dataset): Dataset {
  if (!crossOriginIsolated) return dataset;
  const images = new Uint8Array(new SharedArrayBuffer(dataset.images.length));
  images.set(dataset.images);
  return { ...dataset, images };
}

addEventListener('message', async ({ data }: MessageEvent<GivenFile[]>) => {
  const progress = (done: number, all: number) => {
    if (done % OFTEN === 0) send({ kind: 'progress', done, all });
  };
  try {
    const own = await readOwn(data, progress);
    send({ kind: 'read', own: { ...own, train: shared(own.train), test: shared(own.test) } });
  } catch (error) {
    send({ kind: 'fault', message: (error as Error).message });
  }
});
