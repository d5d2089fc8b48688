// The worker that trains: one experiment, update by update, until it is told otherwise.
import { channelStatistics } from '../../../dist/datasets/batches.js';
import { synthetic } from '../../../dist/datasets/synthetic.js';
import { openDevice, setDevice } from '../../../dist/lib/index.js';
import '../../../dist/lib/methods.js'; // x.mul(y) beside mul(x, y)
import { Session } from '../../../dist/models/lab/session.js';
import type { Order, Report } from './protocol.js';
import { setImmediate } from './turns.js';

const send = (report: Report) => postMessage(report);
let session: Session | null = null;
let running = false;
let left = Number.POSITIVE_INFINITY;

async function start({ experiment, images, threads, steps }: Extract<Order, { kind: 'start' }>): Promise<void> {
  const device = await openDevice('wasm', threads ? { threads } : {});
  setDevice(device);
  const [train, test] = (['train', 'test'] as const).map((split) => synthetic({ split, count: images[split] }));
  session = new Session(experiment, { train, test, statistics: channelStatistics(train) });
  const parameters = session.network.parameters().reduce((sum, { size }) => sum + size, 0);
  send({ kind: 'ready', threads: device.threads ?? 1, parameters });
  left = steps ?? Number.POSITIVE_INFINITY;
  await go();
}

async function go(): Promise<void> {
  if (running || !session) return;
  running = true;
  try {
    while (running && left > 0) {
      send({ kind: 'update', ...(await session.update()) });
      left--;
      await setImmediate();
    }
  } finally {
    running = false;
  }
}

onmessage = async ({ data }: MessageEvent<Order>) => {
  try {
    if (data.kind === 'start') await start(data);
    else if (data.kind === 'pause') running = false;
    else if (data.kind === 'rate' && session) session.lr = data.lr;
    else if (data.kind === 'one step' && session && !running) send({ kind: 'update', ...(await session.update()) });
    else if (data.kind === 'go') await go();
  } catch (error) {
    send({ kind: 'failed', message: (error as Error).message });
  }
};
