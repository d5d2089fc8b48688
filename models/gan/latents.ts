// The numbers z that images are made of, and the images.
import { type Dataset, IMAGE_SIZE } from '../../datasets/dataset.js';
import { type Module, noGrad, type Random, type Tensor, tensor } from '../../lib/index.js';
import { LATENT } from '../networks/dcgan.js';
import { letSignalsIn } from '../run/evaluate.js';

/** Images made at once. */
const BATCH_SIZE = 64;

/** z [count, 100, 1, 1] from N(0, 1). */
export function latents(random: Random, count: number): Tensor {
  const { normal } = random;
  return tensor(Float32Array.from({ length: count * LATENT }, normal), { shape: [count, LATENT, 1, 1] });
}

/**
 * So many images of a generator in evaluation mode, of 8 bits as real ones are.
 * @throws what `stop` throws once it is aborted
 */
export async function generate(
  generator: Module,
  random: Random,
  count: number,
  stop?: AbortSignal,
): Promise<Dataset> {
  generator.eval();
  const images = new Uint8Array(count * IMAGE_SIZE);
  for (let at = 0; at < count; at += BATCH_SIZE) {
    await letSignalsIn(stop);
    const size = Math.min(BATCH_SIZE, count - at);
    const made = noGrad(() => generator.forward(latents(random, size)));
    const values = await made.data();
    for (let i = 0; i < values.length; i++) images[at * IMAGE_SIZE + i] = Math.round(127.5 * (values[i] + 1));
  }
  const labels = new Uint8Array(count);
  return { name: 'generated', split: 'test', length: count, images, labels, classes: 1, classNames: ['any'] };
}
