// A run of a GAN: all that takes part in it, and where it stands.
import type { Saved } from '../run/checkpoint.js';
import type { RunData } from '../run/data.js';
import type { DistanceMetric, GanMetric } from '../run/metrics.js';
import type { Progress, Words } from '../run/progress.js';
import type { Measure } from './distances.js';
import type { Settings } from './settings.js';
import type { Learner } from './update.js';

/** All that takes part in a run. */
export interface Run extends Learner, Saved {
  settings: Settings;
  data: RunData;
  /** Measures generated images; null where there is no classifier. */
  measure: Measure | null;
  progress: Progress<GanMetric, DistanceMetric>;
}

/** What a run says of its metrics. */
export const words: Words<GanMetric, DistanceMetric> = {
  trained({ lossD, lossG, real, fake, fooled, images_per_s: rate }) {
    const seen = `D(x) ${real.toFixed(2)}  D(G(z)) ${fake.toFixed(2)}, then ${fooled.toFixed(2)}`;
    return `loss of D ${lossD.toFixed(3)}  of G ${lossG.toFixed(3)}  ${seen}  ${rate.toFixed(0)} images/s`;
  },
  evaluated({ step, frechet, kid, kidDeviation, floor, statistics }) {
    const first = `Fréchet distance on our features ${shown(frechet)} (floor ${shown(floor.frechet)})`;
    const second = `KID ${shown(kid)} ± ${shown(kidDeviation)} (floor ${shown(floor.kid)})`;
    return `step ${step}  ${first}  ${second}  ${statistics} statistics`;
  },
};

/** A distance as it is shown. */
export const shown = (distance: number): string => String(Number(distance.toPrecision(4)));
