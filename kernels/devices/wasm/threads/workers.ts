// The worker threads of a pool: starting them, waiting until all take part, ending them.
import { platform } from '#platform';
import { DeviceError } from '../../../errors.js';
import type { Thread } from '../../platform/platform.js';
import type { WorkerData } from './pool.js';

/** The worker threads of a pool. They keep no process alive. */
export class Workers {
  private readonly threads: Thread[] = [];
  private readonly started: Promise<unknown>;
  private failure: string | null = null;

  constructor(
    readonly count: number,
    data: Omit<WorkerData, 'thread'>,
  ) {
    const each = Array.from({ length: count }, (_, i) => this.start({ ...data, thread: i + 1 }));
    this.started = Promise.all(each);
    // Where nobody waits for ready(), check() tells.
    this.started.catch(() => {});
  }

  /** Resolves when all threads take part. @throws DeviceError where one does not start; then none is left */
  async ready(): Promise<void> {
    for (const thread of this.threads) thread.ref?.();
    try {
      await this.started;
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
  private start(data: WorkerData): Promise<void> {
    return new Promise((resolve, reject) => {
      let what = 'does not start';
      const ready = () => {
        what = 'has ended';
        resolve();
      };
      const failed = (reason: string) => {
        this.failure ??= `wasm: worker thread ${data.thread} ${what}: ${reason}`;
        reject();
      };
      try {
        this.threads.push(platform.startThread(data, { ready, failed }));
      } catch (error) {
        failed((error as Error).message);
      }
    });
  }
}
