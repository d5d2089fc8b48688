// What somebody writes who installed the package: 20 steps of a small network with mixture normalization.
import {
  Conv2d,
  createRandom,
  crossEntropy,
  Flatten,
  Linear,
  MixtureNorm2d,
  ReLU,
  Sequential,
  SGD,
  setDevice,
  tensor,
} from 'mixgrad';

const labels = Array.from({ length: 16 }, (_, i) => i % 4);
const pixels = 3 * 12 * 12;

/** The losses of the steps, and the network in words. */
export async function train(device, steps) {
  setDevice(device);
  const random = createRandom(1);
  const net = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, random }),
    new MixtureNorm2d(8, { components: 2, random }),
    new ReLU(),
    new Flatten(),
    new Linear(8 * 12 * 12, 4, { random }),
  );
  const values = labels.flatMap((label) => Array.from({ length: pixels }, () => random.normal() + label));
  const images = tensor(values, { shape: [labels.length, 3, 12, 12] });
  const optimizer = new SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const loss = crossEntropy(net.forward(images), labels);
    losses.push(await loss.item());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  return { losses, net: String(net) };
}
