// What holds for every network that --model names.
import t from 'tap';
import { createRandom, noGrad, tensor, zeros } from '../../../lib/index.js';
import { makeModel, modelNames, networks } from '../../../models/networks/index.js';
import { Identity } from '../../../models/networks/norms.js';

for (const name of modelNames) {
  const Network = networks[name];
  const options = { classes: 3, width: 2, random: createRandom(1) };

  t.test(`${name} asks for a norm once at each of its places, in order`, (t) => {
    const asked: string[] = [];
    const norm = (_features: number, place: string) => {
      asked.push(place);
      return new Identity();
    };
    new Network({ ...options, norm });
    t.strictSame(asked, Object.keys(Network.places));
    t.end();
  });

  t.test(`${name} knows the pixels of an image at each of its places`, (t) => {
    const pixels: Record<string, number> = {};
    const norm = (_features: number, place: string) => {
      const watched = new Identity();
      watched.forward = (x) => {
        pixels[place] = x.shape[2] * x.shape[3];
        return x;
      };
      return watched;
    };
    noGrad(() => new Network({ ...options, norm }).forward(zeros([1, ...Network.input])));
    t.strictSame(pixels, Network.places);
    t.end();
  });

  t.test(`${name} turns images into one logit for each class with every norm`, async (t) => {
    const shape = [2, ...Network.input];
    const length = shape.reduce((product, size) => product * size, 1);
    const images = tensor(
      Float32Array.from({ length }, (_, i) => Math.sin(i)),
      { shape },
    );
    for (const norm of ['bn', 'mn', 'none'] as const) {
      const network = makeModel(name, { norm }, options);
      const logits = noGrad(() => network.forward(images));
      t.strictSame(logits.shape, [2, 3]);
      t.ok((await logits.data()).every(Number.isFinite));
    }
  });
}
