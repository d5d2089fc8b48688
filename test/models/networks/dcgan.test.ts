// DCGAN: sizes, the shapes on the way, and how weights start.
import t from 'tap';
import { createRandom, type Module, noGrad, OptionError, zeros } from '../../../lib/index.js';
import { Generator, LATENT, makeDcgan } from '../../../models/networks/dcgan.js';
import type { NormSettings } from '../../../models/networks/norms.js';

const make = (norms: NormSettings, seed = 1, width?: number) =>
  makeDcgan(norms, { random: createRandom(seed), width });
const sizeOf = (network: Module) => network.parameters().reduce((sum, { size }) => sum + size, 0);

/** Both as wide as the published ones. */
const paper = await make({ norm: 'mn' });

t.test('the published numbers of parameters', async (t) => {
  t.equal(sizeOf(paper.generator), 1_068_928);
  t.equal(sizeOf(paper.discriminator), 663_296);
});

t.test('32×32 images in −1 … 1 from 100 numbers, and a logit of each', async (t) => {
  const { generator, discriminator } = await make({ norm: 'bn' }, 1, 4);
  const places: Record<string, number> = {};
  for (const place of Object.keys(Generator.places)) {
    const layer = generator[place as 'deconv1'];
    layer.registerForwardHook((_module, _inputs, y) => {
      places[place] = y.shape[2] * y.shape[3];
      return undefined;
    });
  }
  const images = noGrad(() => generator.forward(zeros([2, LATENT, 1, 1])));
  t.strictSame(images.shape, [2, 3, 32, 32]);
  t.strictSame(places, Generator.places, 'pixels at each place');
  t.ok((await images.data()).every((v) => Math.abs(v) <= 1));
  t.strictSame(noGrad(() => discriminator.forward(images)).shape, [2, 1, 1, 1]);
});

t.test('weights start from N(0, 0.02²), γ from N(1, 0.02²), β at 0', async (t) => {
  const { generator, discriminator } = paper;
  const moments = async (network: Module, key: string) => {
    const values: number[] = [...(await network.stateDict())[key].data];
    const meanOf = (list: number[]) => list.reduce((sum, v) => sum + v, 0) / list.length;
    const mean = meanOf(values);
    return [mean, Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)))];
  };
  const cases = [
    [generator, 'deconv1.weight', 0, 0.02],
    [generator, 'deconv4.weight', 0, 0.02],
    [generator, 'norm1.weight', 1, 0.02],
    [generator, 'norm1.bias', 0, 0],
    [discriminator, 'conv2.weight', 0, 0.02],
    [discriminator, 'norm3.weight', 1, 0.02],
  ] as const;
  for (const [network, key, mean, deviation] of cases) {
    const [m, s] = await moments(network, key);
    t.ok(Math.abs(m - mean) < 0.005 && Math.abs(s - deviation) < 0.003, `${key}: ${m} ± ${s}`);
  }
});

t.test('norms change no other draw, and the seed all', async (t) => {
  const weights = async (norms: NormSettings, seed = 1) => {
    const { generator, discriminator } = await make(norms, seed, 4);
    const states = [await generator.stateDict(), await discriminator.stateDict()];
    return states
      .flatMap((state) =>
        Object.entries(state)
          .filter(([key]) => key.endsWith('.weight'))
          .map(([key, { data }]) => `${key} ${data}`),
      )
      .join();
  };
  const bn = await weights({ norm: 'bn' });
  t.ok((await weights({ norm: 'mn', normAt: ['deconv2'] })) === bn, 'another norm');
  t.ok((await weights({ norm: 'bn' }, 2)) !== bn, 'another seed');
});

t.test('a place that the generator does not have', async (t) => {
  const message = "Generator: normAt has 'deconv4', expected some of deconv1, deconv2, deconv3";
  await t.rejects(make({ norm: 'mn', normAt: ['deconv4'] }), new OptionError(message));
});
