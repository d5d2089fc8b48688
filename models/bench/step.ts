// A network with a batch of random images, and the time of its steps.
import {
  createRandom,
  crossEntropy,
  type Device,
  type Module,
  noGrad,
  type Random,
  SGD,
  type Shape,
  setDevice,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { makeModel, networks } from '../networks/index.js';
import { Ending, exitCodes } from '../run/errors.js';
import { version } from '../run/version.js';
import { median, milliseconds, rounded } from './figures.js';
import type { BenchSettings } from './flags.js';

const CLASSES = 10;

/** Median milliseconds. */
export interface Times {
  /** Of forward, backward and SGD with momentum. */
  train: number;
  /** Of a forward pass in evaluation mode. */
  evaluate: number;
}

/** What one measurement found. */
export interface BenchResult {
  framework: string;
  model: string;
  width?: number;
  norm: string;
  batch: number;
  steps: number;
  device: string;
  threads: number;
  conv?: string;
  build?: string;
  parameters: number;
  train_step_ms: number;
  images_per_s: number;
  eval_ms: number;
  /** Bytes the device took for buffers, those in its pool included: they are never given back. */
  device_bytes?: number;
  /** The most memory the process ever had. */
  peak_rss_bytes?: number;
}

/** A network on its device, ready for steps. */
export class Subject {
  private readonly network: Module;
  private readonly optimizer: SGD;
  private readonly images: Tensor;
  private readonly labels: Int32Array;

  constructor(
    private readonly settings: BenchSettings,
    private readonly device: Device,
    private readonly threads: number,
  ) {
    setDevice(device);
    const { model, norm, batch, quiet, width } = settings;
    const random = createRandom('bench');
    const options = {
      classes: CLASSES,
      width: width ?? undefined,
      random: random.fork('init'),
      log: quiet ? () => {} : console.error,
    };
    this.network = makeModel(model, { norm }, options);
    this.optimizer = new SGD(this.network.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 });
    this.images = randomImages([batch, ...networks[model].input], random.fork('images')).keep();
    this.labels = Int32Array.from({ length: batch }, () => random.integer(CLASSES));
  }

  /** Warms up and times `settings.steps` steps of both kinds. */
  async measure(): Promise<Times> {
    setDevice(this.device);
    const { steps } = this.settings;
    const train = await medianMs(steps, () => this.trainStep());
    return { train, evaluate: await medianMs(steps, () => this.evalStep()) };
  }

  async trainStep(): Promise<void> {
    this.network.train();
    const loss = crossEntropy(this.network.forward(this.images), this.labels);
    this.optimizer.zeroGrad();
    loss.backward();
    this.optimizer.step();
    if (!Number.isFinite(await loss.item()))
      throw new Ending('the loss is not finite: the figures would mean nothing', exitCodes.failed);
    await this.settled();
  }

  private async evalStep(): Promise<void> {
    this.network.eval();
    const logits = await noGrad(() => this.network.forward(this.images)).data();
    if (!logits.every(Number.isFinite))
      throw new Ending('a logit is not finite: the figures would mean nothing', exitCodes.failed);
  }

  /** Waits until an asynchronous device has computed the updated weights. */
  private async settled(): Promise<void> {
    await this.network.parameters().at(-1)!.data();
  }

  /** The times with what they are times of. */
  describe({ train, evaluate }: Times): BenchResult {
    const { model, width, norm, batch, steps, conv, build } = this.settings;
    const { live, pooled } = this.device.memory();
    return {
      framework: `mixgrad ${version()}`,
      model,
      ...(width !== null && { width }),
      norm,
      batch,
      steps,
      device: this.device.name,
      threads: this.threads,
      ...(this.device.name === 'wasm' && { conv, build }),
      parameters: this.network.parameters().reduce((sum, { size }) => sum + size, 0),
      train_step_ms: rounded(train),
      images_per_s: rounded((1000 * batch) / train),
      eval_ms: rounded(evaluate),
      device_bytes: live + pooled,
    };
  }
}

/** The most memory this process ever had, in bytes. */
export function peakBytes(): number {
  return 1024 * process.resourceUsage().maxRSS;
}

/** A readable line. */
export function sentence(result: BenchResult): string {
  const { framework, model, norm, batch, device, threads, train_step_ms, images_per_s, eval_ms } = result;
  const how = [result.conv, result.build].some((value) => value && value !== 'auto')
    ? `, conv ${result.conv}, build ${result.build}`
    : '';
  const what = `${framework}  ${model} ${norm}  batch ${batch}  ${device}, threads: ${threads}${how}`;
  const figures = `train step ${train_step_ms} ms (${images_per_s} images/s)  eval ${eval_ms} ms`;
  const memory = [
    mebibytes(result.device_bytes, 'on the device'),
    mebibytes(result.peak_rss_bytes, 'at most'),
  ];
  return [what, figures, ...memory.filter(Boolean)].join('  ');
}

function mebibytes(bytes: number | undefined, where: string): string {
  return bytes === undefined ? '' : `${(bytes / 2 ** 20).toFixed(0)} MiB ${where}`;
}

/** The median time of some calls, after one that is not counted. */
async function medianMs(times: number, call: () => Promise<void>): Promise<number> {
  await call();
  const measured: number[] = [];
  for (let i = 0; i < times; i++) measured.push(await milliseconds(call));
  return median(measured);
}

function randomImages(shape: Shape, random: Random): Tensor {
  const size = shape.reduce((product, count) => product * count, 1);
  const values = Float32Array.from({ length: size }, () => random.normal());
  return tensor(values, { shape });
}
