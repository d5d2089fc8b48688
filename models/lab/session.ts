// An experiment as a page has it: a network that trains update by update, and what can be seen of it between two. Its numbers are
// those of `mixgrad train` with the same settings, bit for bit.
import { batches } from '../../datasets/batches.js';
import { Conv2d, emFit, MixtureNorm2d, type Module, type Optimizer, OptionError } from '../../lib/index.js';
import type { RunData } from '../run/data.js';
import { type Classified, classify, imagesOf, type Score } from '../run/evaluate.js';
import { type Update, updates, updatesPerEpoch } from '../run/order.js';
import { evaluateBothWays, type Stated } from '../run/precise.js';
import { makeNetwork, type NetworkSettings } from '../train/network.js';
import { makeOptimizer, type OptimizerSettings } from '../train/optimizers.js';
import { preciseBatches } from '../train/precise-batches.js';
import { update } from '../train/update.js';
import { captureInputs } from '../watch/pictures.js';

/** What decides an experiment, beside its images. */
export interface Experiment extends Required<NetworkSettings>, OptimizerSettings {
  batchSize: number;
}

/** An update as it was: loss and accuracy are the batch's, before it. */
export interface Seen extends Score {
  step: number;
  epoch: number;
  lr: number;
  /** Of the update alone. */
  imagesPerS: number;
}

/** Filters of a convolution, [filters, channels, height, width]. */
export interface Filters {
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** The weights of a layer's running mixture. */
export interface LayerWeights {
  layer: string;
  /** By component; means over the channels where each has its own. */
  weights: number[];
  /** The least weight that a component can have. */
  floor: number;
}

/** Which component each pixel of an image belongs to. */
export interface PosteriorMap {
  /** Posteriors [height·width, components]. */
  posteriors: ArrayLike<number>;
  components: number;
  height: number;
  width: number;
}

export class Session {
  readonly network: Module;
  readonly optimizer: Optimizer;
  readonly perEpoch: number;
  /** Updates so far. */
  step = 0;
  /** Is told when a component died. */
  log: (message: string) => void = () => {};
  private order: Generator<Update, void>;

  /** @throws OptionError where the settings do not fit */
  constructor(
    readonly experiment: Experiment,
    readonly data: RunData,
  ) {
    const { length, classes } = data.train;
    if (experiment.batchSize > length)
      throw new OptionError(`batch ${experiment.batchSize}: there are ${length} training images`);
    this.network = makeNetwork(experiment, classes, (message) => this.log(message));
    this.optimizer = makeOptimizer(this.network.parameters(), experiment);
    this.perEpoch = updatesPerEpoch(experiment, data.train);
    this.order = this.orderFrom(0);
  }

  private orderFrom(step: number): Generator<Update, void> {
    const { experiment: settings, data, perEpoch } = this;
    const total = Number.POSITIVE_INFINITY;
    return updates({ settings, data, step, total, perEpoch }, data.statistics);
  }

  /** The next update is the one after so many. */
  goTo(step: number): void {
    this.step = step;
    this.order = this.orderFrom(step);
  }

  /** The learning rate, which holds from the next update on. */
  get lr(): number {
    return this.optimizer.paramGroups[0].lr;
  }

  set lr(lr: number) {
    for (const group of this.optimizer.paramGroups) group.lr = lr;
  }

  /** Makes the next update. @throws DivergedError where the loss is not finite */
  async update(): Promise<Seen> {
    const { batch, step, epoch } = this.order.next().value as Update;
    const { network, optimizer, lr } = this;
    const settings = { clipNorm: null, accumulate: 1 };
    // the page changes the rate, and no schedule
    const scheduler = { getLastLr: () => [lr], step: () => {} };
    const before = performance.now();
    const score = await update({ network, optimizer, scheduler, settings }, batch, step);
    this.step = step;
    const imagesPerS = (1000 * batch.size) / (performance.now() - before);
    return { step, epoch, ...score, imagesPerS };
  }

  /** Evaluates on the test images by running statistics, and by precise ones where there are any. */
  evaluate(): Promise<Stated<Classified>[]> {
    const { network, data, perEpoch, experiment } = this;
    const settings = { ...experiment, preciseBatches: null, accumulate: 1 };
    const batches = preciseBatches({ settings, data, perEpoch });
    return evaluateBothWays(network, batches, () => classify(network, data.test, data.statistics));
  }

  /** The filters of the first convolution; null where there is none. */
  async filters(): Promise<Filters | null> {
    const [, first] = this.network.namedModules().find(([, module]) => module instanceof Conv2d) ?? [];
    if (!(first instanceof Conv2d)) return null;
    return { shape: first.weight.shape, values: await first.weight.data() };
  }

  /** What the mixtures weigh, layer by layer. */
  async weights(): Promise<LayerWeights[]> {
    const found: LayerWeights[] = [];
    for (const [layer, norm] of this.network.namedModules()) {
      if (!(norm instanceof MixtureNorm2d)) continue;
      const values = [...(await norm.runningWeights.data())];
      const each = values.length / norm.components;
      const weights = Array.from({ length: norm.components }, (_, k) => {
        const own = values.slice(k * each, (k + 1) * each);
        return own.reduce((sum, weight) => sum + weight, 0) / each;
      });
      found.push({ layer, weights, floor: norm.minWeight });
    }
    return found;
  }

  /** Whose posteriors a layer has: of whole pixels, of each channel's, or none. */
  posteriorOf(layer: string): MixtureNorm2d['posterior'] | null {
    const norm = this.layer(layer);
    return norm instanceof MixtureNorm2d ? norm.posterior : null;
  }

  private layer(name: string) {
    return this.network.namedModules().find(([own]) => own === name)?.[1];
  }

  /**
   * The posteriors of a test image's pixels in a layer, by its running mixture.
   * @throws OptionError where there is no such mixture of whole pixels
   */
  async posteriorMap(layer: string, image: number): Promise<PosteriorMap> {
    const norm = this.layer(layer);
    if (!(norm instanceof MixtureNorm2d) || norm.posterior !== 'joint')
      throw new OptionError(`posteriorMap: ${layer} is no mixture of whole pixels`);
    const { test, statistics } = this.data;
    const [batch] = batches(test, { batchSize: 1, skip: image, statistics });
    const { [layer]: x } = captureInputs(this.network.eval(), new Map([[layer, norm]]), () =>
      imagesOf(batch),
    );
    const [, , height, width] = x.shape;
    const { posteriors } = emFit(x, { init: norm.running, iterations: 0 });
    return { posteriors: await posteriors.data(), components: norm.components, height, width };
  }
}
