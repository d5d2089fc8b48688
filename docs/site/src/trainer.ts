// The worker that trains: one experiment, update by update, until it is told otherwise.
import { channelStatistics } from '../../../dist/datasets/batches.js';
import { synthetic } from '../../../dist/datasets/synthetic.js';
import { openDevice, setDevice } from '../../../dist/lib/index.js';
import '../../../dist/lib/methods.js'; // x.mul(y) beside mul(x, y)
import { keep, takeOver } from '../../../dist/models/lab/keeping.js';
import { Session } from '../../../dist/models/lab/session.js';
import { looksOf } from './looks.js';
import type { Look, Order, Report } from './protocol.js';
import { setImmediate } from './turns.js';

const send = (report: Report) => postMessage(report);
/** Updates between two evaluations. */
const EVALUATE = 50;
/** Looks into the network leave so many times as long as they take to training. */
const REST = 9;

let session: Session | null = null;
let running = false;
/** Where the page looks, and where it looked last. */
let at: Look = { layer: '', image: 0 };
let seen = at;
/** When it is time to look again. */
let nextLook = 0;
/** The updates that are being made. */
let loop: Promise<void> = Promise.resolve();

async function start({ experiment, images, ...order }: Extract<Order, { kind: 'start' }>): Promise<void> {
  const { threads } = order;
  const device =
    order.device === 'webgpu'
      ? await openDevice('gpujs-webgpu')
      : await openDevice('wasm', threads ? { threads } : {});
  setDevice(device);
  const [train, test] = (['train', 'test'] as const).map((split) =>
    images.kind === 'own' ? images[split] : synthetic({ split, count: images[split] }),
  );
  session = new Session(experiment, { train, test, statistics: channelStatistics(train) });
  const parameters = session.network.parameters().reduce((sum, { size }) => sum + size, 0);
  session.log = (message) => send({ kind: 'note', step: session!.step + 1, message });
  send({ kind: 'ready', threads: device.threads ?? 1, parameters, test });
}

/** Sends what is to be seen of the network, from its first update on. */
async function look(session: Session): Promise<void> {
  seen = at;
  if (session.step === 0) return;
  const before = performance.now();
  for (const report of await looksOf(session, seen)) send(report);
  const now = performance.now();
  nextLook = now + REST * (now - before);
}

async function evaluate(session: Session): Promise<void> {
  for (const score of await session.evaluate()) send({ kind: 'score', step: session.step, ...score });
}

/** Makes updates until `running` is false. */
async function go(session: Session): Promise<void> {
  try {
    while (running) {
      send({ kind: 'update', ...(await session.update()) });
      if (performance.now() >= nextLook || at !== seen) await look(session);
      if (session.step % EVALUATE === 0) await evaluate(session);
      await setImmediate();
    }
    await look(session); // of what it is now
  } catch (error) {
    fail(error as Error);
  } finally {
    running = false;
  }
}

/** Does something between two updates; what it throws changes nothing. */
async function between(session: Session, act: () => Promise<void>): Promise<void> {
  const wasRunning = running;
  running = false;
  await loop;
  await act().catch(({ message }: Error) => send({ kind: 'refused', message }));
  running = wasRunning;
  if (running) loop = go(session);
}

async function takeFile(session: Session, name: string, bytes: Uint8Array): Promise<void> {
  try {
    const what = await takeOver(session, bytes);
    send({ kind: 'taken over', name, what, step: session.step, lr: session.lr });
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
  await look(session);
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'start') return start(order);
  if (!session) return; // why nothing was started has been told
  if (order.kind === 'look') {
    at = order;
    if (running) return; // then it is seen after the update
    await loop;
    return look(session);
  }
  if (order.kind === 'rate') session.lr = order.lr;
  else if (order.kind === 'pause') running = false;
  else if (order.kind === 'go' && !running) {
    await loop; // a pause ends it only after its update
    running = true;
    loop = go(session);
  } else if (order.kind === 'one step') {
    running = false;
    await loop;
    send({ kind: 'update', ...(await session.update()) });
    await look(session);
  } else if (order.kind === 'keep')
    await between(session, async () => send({ kind: 'file', ...(await keep(session!, order.what)) }));
  else if (order.kind === 'take over')
    await between(session, () => takeFile(session!, order.name, order.bytes));
}

const fail = ({ message }: Error) => send({ kind: 'failed', message });

// Orders are obeyed one after the other. None waits for the end of training, so that a pause is heard even if it came before the start.
let last = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<Order>) => {
  last = last.then(() => obey(data)).catch(fail);
});
