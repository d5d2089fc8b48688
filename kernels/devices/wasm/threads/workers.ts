// The worker threads of a team: starting them, waiting until all take part, ending them.
import { DeviceError } from '../../../errors.js';
import { nodeThreads } from '../../platform.js';
import type { Invitation } from './pool.js';

/** A worker thread of Node or of a page; only Node's can keep a process alive. */
interface Thread {
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
}

/** All that a page is told when a script is refused. */
const REFUSED =
  'worker.js does not load; like the page it needs Cross-Origin-Embedder-Policy: require-corp and the same origin';

/** Worker threads that join a team. They keep no process alive. */
export class Workers {
  private readonly threads: Thread[] = [];
  private readonly joined: Promise<unknown>;
  private failure: string | null = null;

  constructor(
    readonly count: number,
    invitation: Omit<Invitation, 'thread'>,
  ) {
    const each = Array.from({ length: count }, (_, i) => this.start({ ...invitation, thread: i + 1 }));
    this.joined = Promise.all(each);
    // Where nobody waits for ready(), check() tells.
    this.joined.catch(() => {});
  }

  /** Resolves when all threads take part. @throws DeviceError where one does not start; then none is left */
  async ready(): Promise<void> {
    for (const thread of this.threads) thread.ref?.();
    try {
      await this.joined;
    } catch {
      this.end();
      this.check();
    } finally {
      for (const thread of this.threads) thread.unref?.();
    }
  }

  /** @throws DeviceError where a thread has failed, as far as this thread was told */
  check(): void {
    if (this.failure) throw new DeviceError(this.failure);
  }

  end(): void {
    for (const thread of this.threads) thread.terminate();
  }

  /** Starts one thread; resolves when it takes part. */
  private start(invitation: Invitation): Promise<void> {
    return new Promise((resolve, reject) => {
      let what = 'does not start';
      const ready = () => {
        what = 'has ended';
        resolve();
      };
      const failed = (reason: string) => {
        this.failure ??= `wasm: worker thread ${invitation.thread} ${what}: ${reason}`;
        reject();
      };
      try {
        this.threads.push(startThread(invitation, ready, failed));
      } catch (error) {
        failed((error as Error).message);
      }
    });
  }
}

/** Starts worker.js. This is not in platform.ts because bundlers refuse a worker that imports what starts it. */
function startThread(invitation: Invitation, ready: () => void, failed: (reason: string) => void): Thread {
  if (nodeThreads) {
    const worker = new nodeThreads.Worker(new URL('./worker.js', import.meta.url), {
      workerData: invitation,
      // Node's own flags, such as --input-type, are for the main program.
      execArgv: [],
    });
    worker.on('message', ready);
    worker.on('error', (error) => failed(error.message));
    worker.unref();
    return worker;
  }
  // Bundlers look for these very words.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => (data === 'ready' ? ready() : worker.postMessage(invitation));
  worker.onerror = ({ message }) => failed(message || REFUSED);
  return worker;
}
