// The gradient of a gradient, beside central differences of the gradient itself.
import { add, backward, mul, sum, type Tensor, tensor } from '../../lib/index.js';
import { normal } from '../values.js';
import type { OpCase } from './row.js';

/** The worst element of one input's second gradient. */
export interface Worst {
  input: number;
  /** Relative to the largest entry, or to 1 where that is smaller. */
  error: number;
}

const random = ({ shape, device }: Tensor, seed: string) => tensor(normal(shape, seed), { shape, device });

/**
 * The gradients of Σ w y² for a random w, recorded so that they can be differentiated: the square makes each depend on
 * the inputs, even where y is linear in them.
 */
export function firstGradients(fn: OpCase['fn'], inputs: readonly Tensor[]): Tensor[] {
  const y = fn(...inputs);
  backward(sum(mul(mul(y, y), random(y, 'w'))), { createGraph: true });
  return inputs.map((input) => {
    const { grad } = input;
    input.grad = null;
    return grad!;
  });
}

/** Σ u · gradient over all inputs, for random u. */
function weigh(gradients: readonly Tensor[]): Tensor {
  return gradients.map((g, i) => sum(mul(g, random(g, `u ${i}`)))).reduce((a, b) => add(a, b));
}

/** Compares the gradient of Σ u · gradient with its central differences, for each input. */
export async function checkSecond(
  fn: OpCase['fn'],
  inputs: readonly Tensor[],
  step = 1e-6,
): Promise<Worst[]> {
  weigh(firstGradients(fn, inputs)).backward();
  const analytic = await Promise.all(inputs.map((input) => input.grad!.data()));
  const values = await Promise.all(inputs.map((input) => input.data()));
  const at = async (which: number, i: number, h: number) => {
    const moved = inputs.map(({ shape, device }, k) =>
      tensor(k === which ? values[k].with(i, values[k][i] + h) : values[k], {
        shape,
        device,
        requiresGrad: true,
      }),
    );
    return weigh(firstGradients(fn, moved)).item();
  };
  const found: Worst[] = [];
  for (const [input, got] of analytic.entries()) {
    let [error, scale] = [0, 1];
    for (let i = 0; i < got.length; i++) {
      const numeric = ((await at(input, i, step)) - (await at(input, i, -step))) / (2 * step);
      scale = Math.max(scale, Math.abs(numeric));
      error = Math.max(error, Math.abs(got[i] - numeric));
    }
    found.push({ input, error: error / scale });
  }
  return found;
}
