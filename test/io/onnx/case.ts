// What the cases of files are made of.
import { type Shape, type Tensor, tensor } from '../../../lib/index.js';
import { normal, positive } from '../../values.js';

/** A function, and the shape of its input with the batch first. */
export type Case = readonly [fn: (x: Tensor) => Tensor, shape: Shape];

export const draw = (...shape: number[]) => tensor(normal(shape, 'weights'), { shape });
export const above0 = (...shape: number[]) => tensor(positive(shape, 'weights'), { shape });
export const image = [3, 4, 7, 6];
const rows = [3, 4];
export const of = (fn: Case[0], shape: Shape = rows): Case => [fn, shape];

/** Running statistics of four channels around a mean. */
export const runningAt = (mean: number) => ({
  runningMean: draw(4).mul(0.1).add(mean),
  runningVar: above0(4),
  weight: draw(4),
  bias: draw(4),
});
