// Runs a program in a worker of its own, as Node would: it imports from 'mixgrad', and console.log is heard.
import type { Failure, Level, Order, Report, Seen } from './protocol.js';

export type { Failure, Level, Seen } from './protocol.js';

export interface RunOptions {
  /** Hears each line that the program prints. */
  onLog?: (text: string, level: Level) => void;
  /** Stops the program. */
  signal?: AbortSignal;
  /** Milliseconds after which the program is stopped. @default 30 000 */
  limit?: number;
  /** The device of new tensors, unless the program opens one. @default 'wasm', with one thread */
  device?: Order['device'];
  /** Whether the tape is watched. @default false */
  watch?: boolean;
}

/** How a program ended. */
export interface Result {
  end: 'done' | 'failed' | 'stopped' | 'late';
  /** Why, where it is not done. */
  failure: Failure | null;
  /** What was seen of its tapes; nothing where it was stopped. */
  seen: Seen;
  milliseconds: number;
}

const NOTHING: Seen = { walks: [], further: 0, note: '' };

/** Runs a program. What it does wrong is in the result; the promise never fails. */
export function runProgram(code: string, options: RunOptions = {}): Promise<Result> {
  const { onLog, signal, limit = 30_000, device = 'wasm', watch = false } = options;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let start = performance.now();
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (end: Result['end'], failure: Failure | null, seen = NOTHING) => {
      worker.terminate();
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve({ end, failure, seen, milliseconds: performance.now() - start });
    };
    const stop = () => finish('stopped', { message: 'The program was stopped.', line: 0 });
    const late = () =>
      finish('late', {
        message: `The program was stopped after ${limit / 1000} s. Does a loop in it have no end?`,
        line: 0,
      });
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      if (data.kind === 'started') {
        start = performance.now();
        timer = setTimeout(late, limit);
      }
      if (data.kind === 'log') onLog?.(data.text, data.level);
      if (data.kind === 'done') finish(data.failure ? 'failed' : 'done', data.failure, data.seen);
    };
    worker.onerror = ({ message }) =>
      finish('failed', { message: message || 'The worker that runs programs does not start.', line: 0 });
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop);
    worker.postMessage({ code, device, watch } satisfies Order);
  });
}
