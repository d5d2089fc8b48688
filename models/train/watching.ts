// What is recorded of an update beside its loss: the normalization layers in it, and the loss along its direction.
import type { DescentMetric, LayersMetric } from '../run/metrics.js';
import type { Update } from '../run/order.js';
import { watchDescent } from '../watch/descent.js';
import { watchLayers } from '../watch/layers.js';
import type { Run } from './run.js';
import { differentiate } from './update.js';

/** An update that is being watched. */
export interface Watched {
  /** Ends the watching; nothing of it is left on the network. */
  stop(): void;
  /** What was seen of the update, when it is done; the network is then as the update left it. */
  metrics(): Promise<(LayersMetric | DescentMetric)[]>;
}

/** Watches what the settings ask for in the next update; the layers also where an evaluation follows. */
export async function watchUpdate(run: Run, update: Update, isEvaluated: boolean): Promise<Watched> {
  const { network, settings } = run;
  const { step, epoch } = update;
  const falls = (every: number | null) => every !== null && step % every === 0;
  const descent = falls(settings.descentEvery) ? await watchDescent(network) : null;
  const watch = isEvaluated || falls(settings.watchEvery) ? await watchLayers(network) : null;
  return {
    stop: () => watch?.stop(),
    async metrics() {
      const found: (LayersMetric | DescentMetric)[] = [];
      const layers = (await watch?.numbers()) ?? {};
      if (Object.keys(layers).length > 0) found.push({ kind: 'layers', step, epoch, layers });
      const points = descent && (await withoutMessages(run, () => descent.points(() => lossOf(run, update))));
      if (points) found.push({ kind: 'descent', step, epoch, points });
      return found;
    },
  };
}

/** The loss of the update's batch with the network as it is; its gradients are there then. */
async function lossOf(run: Run, { batch }: Update): Promise<number> {
  return (await differentiate(run, batch)).loss;
}

/** Layers tell of what they do; here it is undone. */
async function withoutMessages<T>(run: Run, fn: () => Promise<T>): Promise<T> {
  const { progress } = run;
  run.progress = { ...progress, log() {} };
  try {
    return await fn();
  } finally {
    run.progress = progress;
  }
}
