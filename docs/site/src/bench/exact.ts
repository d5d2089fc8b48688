// The worker that computes what takes longer than a frame: the unrolled gradient, and the true one.
import { openReference } from '../../../../dist/kernels/devices/reference.js';
import { setDevice } from '../../../../dist/lib/index.js';
import { type Exact, exactOf } from '../../../../dist/models/lab/bench/numbers.js';
import type { BenchState } from '../../../../dist/models/lab/bench/state.js';

/** What it answers. */
export type Answer = { exact: Exact } | { failed: string };

setDevice(openReference());

addEventListener('message', ({ data: state }: MessageEvent<BenchState>) => {
  let answer: Answer;
  try {
    answer = { exact: exactOf(state) };
  } catch (error) {
    answer = { failed: (error as Error).message };
  }
  postMessage(answer);
});
