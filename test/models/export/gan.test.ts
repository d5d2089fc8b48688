// mixgrad export of a GAN's run: every kind of line, and the generator.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom, loadSafetensors, type Shape, tensor } from '../../../lib/index.js';
import { LATENT, makeDcgan } from '../../../models/networks/dcgan.js';
import { distance, open, ran } from '../../io/onnx/runtime.js';
import { normal } from '../../values.js';
import { measured, small, writeClassifier } from '../gan/small.js';
import { readMetrics, runMixgrad } from '../programs.js';
import { copyOf } from '../train/resumed.js';
import { readEvents } from './events.js';

const root = t.testdir({});
const run = join(root, 'run');
const features = await writeClassifier(join(root, 'features'));
const trained = runMixgrad([
  'gan',
  ...[...small, ...measured(features, 2), '--steps', '3', '--threads', '1', '--quiet', '--out', run],
]);
const exported = (to: string, folder = run) => runMixgrad(['export', folder, '--to', to]);

t.test('CSV has a line of each', async (t) => {
  t.equal(trained.code, 0, trained.stderr);
  const path = join(run, 'metrics.csv');
  t.same(exported('csv'), { code: 0, stdout: `${path}\n`, stderr: '' });
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = header.split(',');
  const rows = lines.map((line) => new Map(line.split(',').map((cell, i) => [names[i], cell])));
  const metrics = readMetrics(run);
  t.strictSame(
    rows.map((row) => row.get('kind')),
    metrics.map(({ kind }) => kind),
  );
  const at = metrics.findIndex(({ kind }) => kind === 'distance');
  const { frechet, floor } = metrics[at] as unknown as { frechet: number; floor: { kid: number } };
  t.equal(rows[at].get('frechet'), `${frechet}`);
  t.equal(rows[at].get('floor/kid'), `${floor.kid}`);
  t.equal(rows.at(-1)?.get('file'), 'samples/0000003-precise.png');
});

t.test('TensorBoard has a curve of each number, by either statistics', async (t) => {
  const path = join(run, 'events.out.tfevents.mixgrad');
  const said = `${run}: lines that hold no single numbers were left out: 4 of samples\n`;
  t.same(exported('tensorboard'), { code: 0, stdout: `${said}${path}\n`, stderr: '' });
  const { scalars } = readEvents(readFileSync(path));
  const places = scalars.map(({ tag, step }) => `${tag} ${step}`);
  t.equal(new Set(places).size, places.length, 'one number of a name at a step');
  const distances = readMetrics(run).filter((metric) => metric.kind === 'distance');
  for (const { statistics, step, kid, floor } of distances) {
    const found = (name: string) =>
      scalars.find((one) => one.step === step && one.tag === `distance/${statistics}/${name}`)?.value;
    t.equal(found('kid'), Math.fround(kid));
    t.equal(found('floor/frechet'), Math.fround(floor.frechet));
  }
  const losses = scalars.filter(({ tag }) => tag === 'gan/lossG');
  t.strictSame(
    losses.map(({ step }) => step),
    [1, 2, 3],
  );
  t.ok(losses[2].wallTime > losses[0].wallTime, 'time goes on');
});

t.test('ONNX has the generator with its last weights', async (t) => {
  t.equal(exported('onnx').code, 0);
  const norms = { norm: 'mn', normAt: ['deconv2'] } as const;
  const { generator } = await makeDcgan(norms, { width: 4, random: createRandom(1) });
  generator.loadStateDict(loadSafetensors(readFileSync(join(run, 'weights.safetensors'))).state);
  const shape: Shape = [3, LATENT, 1, 1];
  const z = tensor(normal(shape, 'z'), { shape });
  const output = await ran(await open(readFileSync(join(run, 'model.onnx'))), z);
  t.strictSame(output.dims, [3, 3, 32, 32]);
  const off = distance(output.data as Float32Array, await generator.eval().forward(z).data());
  t.ok(off < 1e-5, `off by ${off}`);
});

t.test('damaged settings are refused in one line', async (t) => {
  for (const [name, text] of Object.entries({ cut: '{"width"', 'no width': '{"norm":"mn"}' })) {
    const folder = copyOf(run, join(root, name));
    writeFileSync(join(folder, 'config.json'), text);
    const words = `${join(folder, 'config.json')}: is damaged, expected the settings of a run with its width`;
    t.same(exported('onnx', folder), { code: 2, stdout: '', stderr: `export: ${words}\n` });
  }
});
