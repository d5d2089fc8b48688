// Asks the worker for the exact gradients of a state. While it computes, only the newest state waits.
import type { Exact } from '../../../../dist/models/lab/bench/numbers.js';
import type { BenchState } from '../../../../dist/models/lab/bench/state.js';
import type { Answer } from './exact.js';

export class Asker {
  private readonly worker = new Worker(new URL('./exact.ts', import.meta.url), { type: 'module' });
  private asked: BenchState | null = null;
  private waiting: BenchState | null = null;

  constructor(
    private readonly answered: (state: BenchState, exact: Exact) => void,
    private readonly failed: (message: string) => void,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.hear(data);
    this.worker.onerror = ({ message }) => failed(message || 'the worker for exact gradients does not start');
  }

  ask(state: BenchState): void {
    this.waiting = state;
    if (!this.asked) this.next();
  }

  private next(): void {
    this.asked = this.waiting;
    this.waiting = null;
    if (this.asked) this.worker.postMessage(this.asked);
  }

  private hear(answer: Answer): void {
    const state = this.asked!;
    this.next();
    if ('failed' in answer) this.failed(answer.failed);
    else this.answered(state, answer.exact);
  }
}
