// Mixtures for the tests of lib/fisher.ts, and how golden cases call its functions.
import {
  type Device,
  fisherInformation,
  fisherVector,
  type Mixture,
  mixtureLogProb,
  mixtureScore,
  softmax,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import type { Shape } from '../../lib/shape.js';
import type { Adapter } from '../ops/row.js';
import { leaf, normal, positive } from '../values.js';

type Inputs = Record<keyof Mixture | 'x' | 'samples', Tensor>;

const mixtureOf = ({ weights, means, variances }: Inputs): Mixture => ({ weights, means, variances });

/** How golden cases call the functions of lib/fisher.ts. */
export const fisherFunctions: Readonly<Record<string, Adapter>> = {
  mixtureLogProb: ({ inputs }) => mixtureLogProb(inputs.x, mixtureOf(inputs as Inputs)),
  mixtureScore: ({ inputs }) => ({ ...mixtureScore(inputs.x, mixtureOf(inputs as Inputs)) }),
  fisherVector: ({ inputs }) => ({ ...fisherVector(inputs.x, mixtureOf(inputs as Inputs)) }),
  fisherInformation: ({ inputs }) => {
    const { samples } = inputs;
    return { ...fisherInformation(mixtureOf(inputs as Inputs), samples && { samples }) };
  },
};

/** A mixture by the parameters of which the score is the gradient: α, m and σ, as leaves. */
export interface Parameters {
  alpha: Tensor;
  means: Tensor;
  deviations: Tensor;
}

/** λ = softmax(α), v = σ² */
export function fromParameters({ alpha, means, deviations }: Parameters): Mixture {
  return { weights: softmax(alpha, 0), means, variances: deviations.mul(deviations) };
}

/** Random parameters of K components of C channels, or of a mixture for each channel. */
export function parameters(K: number, C: number, channel: boolean, seed: string, device: Device): Parameters {
  const make = (shape: Shape, values: (shape: Shape, seed: string) => Float64Array, name: string) =>
    leaf(values(shape, `${seed} ${name}`), shape, device);
  return {
    alpha: make(channel ? [K, C] : [K], normal, 'alpha'),
    means: make([K, C], normal, 'means'),
    deviations: make([K, C], positive, 'deviations'),
  };
}

/** A mixture in one channel. */
export function onALine(weights: number[], means: number[], deviations: number[], device?: Device): Mixture {
  const column = (values: number[]) => tensor(values, { shape: [values.length, 1], device });
  const variances = column(deviations.map((s) => s * s));
  return { weights: tensor(weights, { device }), means: column(means), variances };
}

/** Equally spaced points of a line, far enough out for any mixture of a test: their sum times `step` is the integral. */
export function line(device: Device, { from = -40, to = 80, step = 0.05 } = {}): { x: Tensor; step: number } {
  const count = Math.round((to - from) / step);
  const x = tensor(
    Float64Array.from({ length: count }, (_, i) => from + i * step),
    { shape: [count, 1], device },
  );
  return { x, step };
}

/** The mean under a mixture on a line of what is given at its points [N, 1], or [K, N, 1] summed over N. */
export function expectation(mixture: Mixture, { x, step }: { x: Tensor; step: number }, of: Tensor): Tensor {
  const density = mixtureLogProb(x, mixture).exp().mul(step).reshape([-1, 1]);
  return of.mul(density).sum(-2);
}
