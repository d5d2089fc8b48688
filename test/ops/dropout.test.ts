// Dropout: how much it leaves, that the mask follows from the seed alone, and that the gradient has the same mask.
import t from 'tap';
import {
  createRandom,
  type Device,
  dropout,
  dropout2d,
  manualSeed,
  ones,
  tape,
  tensor,
} from '../../lib/index.js';
import { everyDevice } from '../devices.js';
import { normal } from '../values.js';

/** sfc32 as its author wrote it, in integers of any size: the first words of a state. */
function words([a, b, c, d]: bigint[], count: number): number[] {
  const low = (v: bigint) => BigInt.asUintN(32, v);
  return Array.from({ length: count }, () => {
    const word = low(a + b + d);
    d = low(d + 1n);
    a = b ^ (b >> 9n);
    b = low(c + (c << 3n));
    c = low((low(c << 21n) | (c >> 11n)) + word);
    return Number(word);
  });
}

everyDevice('on every device the mask is that of sfc32, from four draws', async (t, device) => {
  const draws = createRandom('mask');
  const state = Array.from({ length: 4 }, () => BigInt(draws.integer(2 ** 32)));
  const expected = words(state, 100).map((word) => (word < 0.7 * 2 ** 32 ? Math.fround(1 / 0.7) : 0));
  const y = await dropout(ones([100], { device }), { p: 0.3, random: createRandom('mask') }).data();
  t.same([...y], expected);
});

everyDevice('the gradient passes where the value did, with its factor', async (t, device) => {
  const x = tensor(normal([300], 'dropout').map(Math.fround), { device, requiresGrad: true });
  const y = dropout(x, { p: 0.75, random: createRandom(2) });
  const [given, values] = [await x.data(), await y.data()];
  y.sum().backward();
  const g = await x.grad!.data();
  t.ok(g.every((factor, i) => Math.abs(factor * given[i] - values[i]) < 1e-6));
  t.same(new Set(g), new Set([0, 4]));
});

t.test('of a million elements the share p is dropped, and the mean stays', async (t) => {
  const n = 2 ** 20;
  for (const p of [0.1, 0.5, 0.9]) {
    const y = Array.from(await dropout(ones([n]), { p, random: createRandom(p) }).data());
    const kept = y.filter((v) => v !== 0).length;
    const deviation = Math.sqrt(n * p * (1 - p));
    t.ok(Math.abs(kept - n * (1 - p)) < 4 * deviation, `${kept} of ${n * (1 - p)} at ${p}`);
    t.ok(
      y.every((v) => v === 0 || v === Math.fround(1 / (1 - p))),
      `factors at ${p}`,
    );
  }
});

t.test('neighbours are dropped independently, at every distance up to 70', async (t) => {
  const n = 2 ** 18;
  const y = (await dropout(ones([n]), { random: createRandom('pairs') }).data()).map((v) => v - 1);
  for (let lag = 1; lag <= 70; lag++) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += y[i] * y[i - lag];
    t.ok(Math.abs(sum) < 5 * Math.sqrt(n), `the correlation at distance ${lag} is ${sum / n}`);
  }
});

t.test('calls draw anew, and a loaded generator repeats them', async (t) => {
  const random = createRandom(4);
  const draw = async () => (await dropout(ones([64]), { random }).data()).join();
  const state = random.state();
  const [first, second] = [await draw(), await draw()];
  t.not(first, second);
  random.load(state);
  t.same([await draw(), await draw()], [first, second]);
});

t.test('without a generator the one of the process draws', async (t) => {
  const draw = async () => (await dropout(ones([64])).data()).join();
  manualSeed(3);
  const first = await draw();
  t.not(await draw(), first);
  manualSeed(3);
  t.equal(await draw(), first);
});

everyDevice('dropout2d drops whole channels of each image', async (t, device: Device) => {
  const y = dropout2d(ones([8, 16, 3, 3], { device }), { random: createRandom(5) });
  const sums = Array.from(await y.sum([2, 3]).data());
  t.same(new Set(sums), new Set([0, 18]));
  t.not(sums.slice(0, 16).join(), sums.slice(16, 32).join(), 'each image has its own');
});

t.test('the tape shows what repeats a call', async (t) => {
  const x = ones([4], { requiresGrad: true });
  const y = dropout(x, { p: 0.25, random: createRandom(1) });
  t.match(String(tape(y)), /dropout +\[4\] +p 0.25, seed \[\d+, \d+, \d+, \d+\], each \[4\]/);
});
