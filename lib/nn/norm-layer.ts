// What normalization layers share: the check of the input, γ and β, and the count of batches.
import type { Device } from '../../kernels/devices/device.js';
import { ShapeError } from '../errors.js';
import { format } from '../shape.js';
import { run } from '../tape/op.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { buffer, constantParameter } from './parameters.js';

/** Options that all normalization layers have. */
export interface NormLayerOptions {
  /** Whether there are trainable γ and β. */
  affine?: boolean;
  device?: Device;
}

/** The input shapes a layer takes, by number of axes. */
export const INPUTS_1D: Record<number, string> = { 2: '[N, C]', 3: '[N, C, L]' };
export const INPUTS_2D: Record<number, string> = { 4: '[N, C, H, W]' };

/** The base of normalization layers. */
export abstract class NormLayer extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  /** How many batches training has seen, one number. */
  readonly numBatchesTracked: Tensor;

  constructor(
    readonly numFeatures: number,
    private readonly inputs: Record<number, string>,
    { affine = true, device }: NormLayerOptions,
  ) {
    super();
    this.weight = affine ? constantParameter([numFeatures], 1, device) : null;
    this.bias = affine ? constantParameter([numFeatures], 0, device) : null;
    this.numBatchesTracked = buffer([], 0, device);
  }

  protected checkInput(x: Tensor): void {
    if (x.shape.length in this.inputs && x.shape[1] === this.numFeatures) return;
    const expected = Object.values(this.inputs).join(' or ').replaceAll('C', String(this.numFeatures));
    throw new ShapeError(`${this.constructor.name}: x has shape ${format(x.shape)}, expected ${expected}`);
  }

  protected countBatch(): void {
    const counted = run('affine', [this.numBatchesTracked], { scale: 1, shift: 1 });
    this.numBatchesTracked.assign(counted);
    counted.dispose();
  }
}
