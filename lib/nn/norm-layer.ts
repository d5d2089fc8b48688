// What normalization layers of channels share: the check of the input, γ and β, and the count of batches.
import type { Floats } from '../../kernels/devices/device.js';
import * as k from '../../kernels/elementwise.js';
import { ShapeError } from '../errors.js';
import { flag, integer, required } from '../options.js';
import { format } from '../shape.js';
import { checkTensors, run } from '../tape/run.js';
import { ones, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { buffer, type LayerOptions, parameter, placement } from './parameters.js';
import { asCount } from './state-dict.js';

/** Options that all normalization layers have. */
export interface NormLayerOptions extends Pick<LayerOptions, 'device'> {
  /** Whether there are trainable γ and β. @default true */
  affine?: boolean;
}

/** How they are read. */
export const normSchema = { device: placement.device, affine: flag(true) };

/** The input shapes a layer takes, by number of axes. */
export const INPUTS_1D: Record<number, string> = { 2: '[N, C]', 3: '[N, C, L]' };
export const INPUTS_2D: Record<number, string> = { 4: '[N, C, H, W]' };

/** The base of normalization layers of channels. */
export abstract class NormLayer extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly numFeatures: number;

  constructor(
    numFeatures: number,
    private readonly inputs: Record<number, string>,
    { affine, device }: NormLayerOptions,
  ) {
    super();
    const name = this.constructor.name;
    this.numFeatures = required(name, 'numFeatures', numFeatures, integer(1, { least: 1 }));
    this.weight = affine ? parameter(ones([numFeatures], { device })) : null;
    this.bias = affine ? parameter(zeros([numFeatures], { device })) : null;
  }

  /** Whether there are γ and β. */
  get affine(): boolean {
    return this.weight !== null;
  }

  protected checkInput(x: Tensor): void {
    const name = this.constructor.name;
    checkTensors(name, { x });
    if (x.shape.length in this.inputs && x.shape[1] === this.numFeatures) return;
    const expected = Object.values(this.inputs).join(' or ').replaceAll('C', String(this.numFeatures));
    throw new ShapeError(`${name}: x has shape ${format(x.shape)}, expected ${expected}`);
  }
}

/** A count of batches, from 0. */
export function batchCount(device: NormLayerOptions['device']): Tensor {
  return asCount(buffer(zeros([], { device })));
}

/** The base of those that may average over batches. */
export abstract class AveragingNormLayer extends NormLayer {
  /** How many batches were averaged since each has the same share; null while momentum decides. */
  private alike: number | null = null;

  /** Whether there is something to average. */
  get trackRunningStats(): boolean {
    return true;
  }

  /** Until `end` is called, the running statistics are the means over the batches from now on. @internal */
  averageFromHere(): { end: () => void } {
    this.alike = 0;
    return {
      end: () => {
        this.alike = null;
      },
    };
  }

  /** Whether the running statistics are being averaged, and no training goes on. */
  protected get isAveraging(): boolean {
    return this.alike !== null;
  }

  /** The share of the next batch in the running statistics. */
  protected shareOf(momentum: number): number {
    return this.alike === null ? momentum : 1 / (this.alike + 1);
  }

  protected countBatch(): void {
    if (this.alike !== null) this.alike++;
  }
}

/** The base of those that always do. */
export abstract class RunningNormLayer extends AveragingNormLayer {
  /** How many batches training has seen, one value; after the running statistics, as in PyTorch's dictionaries. */
  abstract readonly numBatchesTracked: Tensor;
  /** The same, known without reading it. */
  protected batches = 0;

  /** Without momentum all batches so far have the same share. */
  protected override shareOf(momentum: number | null): number {
    return super.shareOf(momentum ?? 1 / (this.batches + 1));
  }

  protected override countBatch(): void {
    super.countBatch();
    this.batches++;
    const counted = run(k.affine, [this.numBatchesTracked], { scale: 1, shift: 1 });
    this.numBatchesTracked.assign(counted);
    counted.dispose();
  }

  protected override stateLoaded(values: (key: string) => Floats | undefined): void {
    const count = values('num_batches_tracked');
    if (count) this.batches = count[0];
  }
}
