// The worker threads of a team: starting them, waiting until all take part, ending them.
import { platform } from '#platform';
import { DeviceError } from '../../../errors.js';
import type { Thread } from '../../platform/platform.js';
import type { Invitation } from './pool.js';

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
        this.threads.push(platform.startThread(invitation, { ready, failed }));
      } catch (error) {
        failed((error as Error).message);
      }
    });
  }
}
