// The worker that trains: one experiment, update by update, until it is told otherwise.
import { channelStatistics } from '../../../dist/datasets/batches.js';
import { synthetic } from '../../../dist/datasets/synthetic.js';
import { openDevice, setDevice } from '../../../dist/lib/index.js';
import '../../../dist/lib/methods.js'; // x.mul(y) beside mul(x, y)
import { Session } from '../../../dist/models/lab/session.js';
import { pictureLayers } from '../../../dist/models/watch/pictures.js';
import type { Order, Report } from './protocol.js';
import { setImmediate } from './turns.js';

const send = (report: Report) => postMessage(report);
/** Updates between two looks into the network, and between two evaluations. */
const LOOK = 10;
const EVALUATE = 50;

let session: Session | null = null;
let running = false;

async function start({ experiment, images, threads }: Extract<Order, { kind: 'start' }>): Promise<void> {
  const device = await openDevice('wasm', threads ? { threads } : {});
  setDevice(device);
  const [train, test] = (['train', 'test'] as const).map((split) =>
    synthetic({ split, count: images[split] }),
  );
  session = new Session(experiment, { train, test, statistics: channelStatistics(train) });
  const parameters = session.network.parameters().reduce((sum, { size }) => sum + size, 0);
  send({ kind: 'ready', threads: device.threads ?? 1, parameters });
}

/** Sends what goes into the norms, and the mixtures that normalize it. */
async function look({ network, data, step }: Session): Promise<void> {
  send({ kind: 'layers', step, layers: await pictureLayers(network, data) });
}

async function evaluate(session: Session): Promise<void> {
  for (const score of await session.evaluate()) send({ kind: 'score', step: session.step, ...score });
}

async function go(): Promise<void> {
  if (running || !session) return;
  running = true;
  try {
    while (running) {
      send({ kind: 'update', ...(await session.update()) });
      if (session.step % LOOK === 0) await look(session);
      if (session.step % EVALUATE === 0) await evaluate(session);
      await setImmediate();
    }
  } finally {
    running = false;
  }
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'start') await start(order);
  else if (!session) throw new Error('nothing was started');
  else if (order.kind === 'rate') session.lr = order.lr;
  else if (order.kind === 'one step') {
    send({ kind: 'update', ...(await session.update()) });
    await look(session);
  } else if (order.kind === 'go') await go();
  else running = false;
}

// Orders are obeyed one after the other; only a pause, and a rate, come between two updates.
let last = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (running && (data.kind === 'pause' || data.kind === 'rate')) {
    if (data.kind === 'pause') running = false;
    else session!.lr = data.lr;
    return;
  }
  last = last
    .then(() => obey(data))
    .catch((error: Error) => send({ kind: 'failed', message: error.message }));
});
