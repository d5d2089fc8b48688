// Evaluation both ways: by running statistics, and by precise ones.
import { type Module, type Tensor, updateRunningStats } from '../../lib/index.js';
import { letSignalsIn } from './evaluate.js';
import type { Statistics } from './metrics.js';

/** What an evaluation found, and the statistics that the norms had. */
export type Stated<T> = T & { statistics: Statistics };

/**
 * Evaluates a network by its running statistics, and again by those of training batches, which are taken with the weights as they
 * are. The second is left out where nothing in the network has running statistics. The network is then as it was.
 * @throws what `stop` throws once it is aborted
 */
export async function evaluateBothWays<T>(
  network: Module,
  batches: Iterable<Tensor>,
  evaluate: (statistics: Statistics) => Promise<T>,
  stop?: AbortSignal,
): Promise<Stated<T>[]> {
  const running = { statistics: 'running', ...(await evaluate('running')) } as const;
  const before = await network.stateDict();
  try {
    const layers = await updateRunningStats(network, interruptible(batches, stop));
    if (layers === 0) return [running];
    return [running, { statistics: 'precise', ...(await evaluate('precise')) }];
  } finally {
    network.loadStateDict(before);
  }
}

/** The same batches, with signals let in between. */
async function* interruptible<T>(batches: Iterable<T>, stop?: AbortSignal): AsyncGenerator<T, void> {
  for (const batch of batches) {
    await letSignalsIn(stop);
    yield batch;
  }
}
