// A kernel of somebody's own, with two loops: GPU.js reads its text, and minifiers rewrite it.
import { kernel, run, tensor } from 'mixgrad';

const spread = kernel(
  'spread',
  function (x) {
    const { size } = this.constants;
    const { x: i } = this.thread;
    let sum = 0;
    for (let j = 0; j < size; j++) sum += x[j];
    const mean = sum / size;
    let squares = 0;
    for (let k = 0; k < size; k++) {
      const apart = x[k] - mean;
      if (apart > 0) squares += apart * apart;
      else squares -= apart;
    }
    return x[i] * squares + (i === 0 ? mean : 0);
  },
  ([shape]) => ({ shape, ints: { size: shape[0] } }),
);

/** Its values for 1, 2, 4 and 8, which are exactly 26.375, 45.25, 90.5 and 181. */
export async function ownKernel(device) {
  return Array.from(await run(spread, [tensor([1, 2, 4, 8], { device })]).data());
}
