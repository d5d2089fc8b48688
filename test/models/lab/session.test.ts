// A session of the laboratory: the numbers of `mixgrad train`, and what is seen of a network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type MixtureNorm2d, openDevice, setDevice, tensor } from '../../../lib/index.js';
import { keep } from '../../../models/lab/keeping.js';
import { Session } from '../../../models/lab/session.js';
import { loadData } from '../../../models/run/data.js';
import { settingsFrom } from '../../../models/sweep/runs.js';
import { readMetrics, runMixgrad } from '../programs.js';

const flags = (more: string) =>
  `--limit-train 40 --limit-test 20 --batch-size 8 --width 8 --schedule constant ${more}`.split(' ');
setDevice(await openDevice('wasm', { threads: 2 }));

for (const [name, more] of [
  ['MN', '--norm mn --components 2 --optimizer adamw --seed 3'],
  ['BN', '--norm bn --optimizer sgd --seed 4'],
]) {
  t.test(`${name}: a session is the run of the program, bit for bit`, async (t) => {
    const out = join(t.testdir({}), 'run');
    const given = flags(more);
    const { code, stderr } = runMixgrad(['train', ...given, '--steps', '7', '--threads', '1', '--out', out]);
    t.equal(code, 0, stderr);
    const settings = settingsFrom(given);
    const session = new Session(settings, await loadData(settings));
    const losses: number[] = [];
    while (session.step < 7) losses.push((await session.update()).loss);
    const recorded = readMetrics(out).flatMap((metric) => (metric.kind === 'train' ? metric.loss : []));
    t.strictSame(losses, recorded);
    t.ok(readFileSync(join(out, 'weights.safetensors')).equals((await keep(session, 'weights')).bytes));
    const scores = (await session.evaluate()).map(({ statistics, loss }) => [statistics, loss]);
    const evaluated = readMetrics(out).flatMap((metric) =>
      metric.kind === 'eval' && metric.step === 7 ? [[metric.statistics, metric.loss]] : [],
    );
    t.strictSame(scores, evaluated);
  });
}

t.test('the rate changes from the next update on', async (t) => {
  const settings = settingsFrom(flags('--norm bn --optimizer adamw --weight-decay 0 --lr 0.1'));
  const session = new Session(settings, await loadData(settings));
  t.equal((await session.update()).lr, 0.1);
  const [weight] = session.network.parameters();
  const before = await weight.data();
  session.lr = 0;
  t.equal((await session.update()).lr, 0);
  t.strictSame(await weight.data(), before);
});

t.test('what components weigh: one weight each, and means over channels that have their own', async (t) => {
  const settings = settingsFrom(flags('--norm mn --components 2 --norm-at conv2,conv3 --posterior channel'));
  const session = new Session(settings, await loadData(settings));
  await session.update();
  const [first, second, ...others] = await session.weights();
  t.strictSame([first.layer, second.layer, others], ['norm2', 'norm3', []]);
  const norm = session.network.namedModules().find(([name]) => name === 'norm3')![1] as MixtureNorm2d;
  t.strictSame([second.weights.length, second.floor], [2, norm.minWeight]);
  const own = [...(await norm.runningWeights.data())].slice(0, 16);
  t.equal(second.weights[0], own.reduce((a, b) => a + b) / 16);
  t.strictSame(
    ['norm1', 'norm3', 'none'].map((layer) => session.posteriorOf(layer)),
    [null, 'channel', null],
  );
});

t.test('a component that died is told of', async (t) => {
  const settings = settingsFrom(flags('--norm mn --components 2 --norm-at conv2'));
  const session = new Session(settings, await loadData(settings));
  const told: string[] = [];
  session.log = (message) => told.push(message);
  await session.update();
  const norm = session.network.namedModules().find(([name]) => name === 'norm2')![1] as MixtureNorm2d;
  const means = await norm.runningMeans.data();
  norm.runningMeans.assign(
    tensor(
      means.map((mean, i) => (i < 16 ? mean : 1e3)),
      { shape: [2, 16] },
    ),
  );
  await session.update();
  t.strictSame(told, ['after conv2: MixtureNorm2d: component 1 died and was re-seeded']);
});

t.test('what is seen: filters, and which component each pixel of an image belongs to', async (t) => {
  const settings = settingsFrom(flags('--norm mn --components 3 --norm-at conv2,conv3'));
  const session = new Session(settings, await loadData(settings));
  await session.update();
  const { shape, values } = (await session.filters())!;
  t.strictSame([shape, values.length], [[8, 3, 5, 5], 600]);
  const { posteriors, components, height, width } = await session.posteriorMap('norm2', 5);
  t.strictSame([components, height, width, posteriors.length], [3, 16, 16, 768]);
  for (let at = 0; at < 768; at += 3)
    if (Math.abs(posteriors[at] + posteriors[at + 1] + posteriors[at + 2] - 1) > 1e-5)
      t.fail('they add up to 1');
  const other = await session.posteriorMap('norm2', 6);
  t.notSame(other.posteriors, posteriors, 'of another image others');
  await t.rejects(session.posteriorMap('norm1', 0), { message: /norm1 is no mixture of whole pixels/ });
});
