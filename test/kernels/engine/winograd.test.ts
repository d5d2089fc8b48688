// The engine's convolutions by Cook–Toom tiles against plain loops in float64, and their jobs against the whole.
import t from 'tap';
import { type Engine, engines, error, noise } from './engine.js';

interface Case {
  n: number;
  c: number;
  h: number;
  w: number;
  o: number;
  k: number;
  padding: [number, number];
}

const cases: Record<string, Case> = {
  'the second layer of the CIFAR network': { n: 1, c: 64, h: 16, w: 16, o: 128, k: 5, padding: [2, 2] },
  'the third layer': { n: 3, c: 128, h: 8, w: 8, o: 128, k: 5, padding: [2, 2] },
  'the fourth layer': { n: 9, c: 128, h: 4, w: 4, o: 256, k: 3, padding: [1, 1] },
  'one channel and one tile of 5×5': { n: 1, c: 1, h: 4, w: 4, o: 1, k: 5, padding: [2, 2] },
  'one channel and one tile of 3×3': { n: 1, c: 1, h: 4, w: 4, o: 1, k: 3, padding: [1, 1] },
  'one output pixel of 5×5': { n: 3, c: 3, h: 5, w: 5, o: 2, k: 5, padding: [0, 0] },
  'one output pixel of 3×3': { n: 2, c: 5, h: 3, w: 3, o: 7, k: 3, padding: [0, 0] },
  'one input pixel': { n: 2, c: 3, h: 1, w: 1, o: 4, k: 5, padding: [2, 2] },
  'tiles that stick out, 5×5': { n: 3, c: 7, h: 7, w: 10, o: 13, k: 5, padding: [1, 3] },
  'tiles that stick out, 3×3': { n: 5, c: 9, h: 11, w: 6, o: 14, k: 3, padding: [2, 0] },
  'the widest margins of 5×5': { n: 2, c: 2, h: 3, w: 6, o: 5, k: 5, padding: [4, 4] },
  'the widest margins of 3×3': { n: 3, c: 4, h: 5, w: 2, o: 6, k: 3, padding: [2, 2] },
  'no margins and wide images': { n: 1, c: 3, h: 9, w: 301, o: 5, k: 5, padding: [0, 0] },
  'several blocks, the last one short': { n: 37, c: 6, h: 9, w: 8, o: 12, k: 3, padding: [1, 1] },
  'many tiles': { n: 6000, c: 2, h: 8, w: 7, o: 2, k: 5, padding: [2, 2] },
  'several chains of channels': { n: 2, c: 600, h: 4, w: 4, o: 40, k: 5, padding: [2, 2] },
};

/** All sizes, in the order of the kernels' arguments. */
function numbers({ n, c, h, w, o, k, padding: [ph, pw] }: Case): number[] {
  return [n, c, h, w, o, k, k, h + 2 * ph - k + 1, w + 2 * pw - k + 1, 1, 1, ph, pw, 1, 1, 1];
}

/** Inputs and float64 results of all passes. */
function define(s: number[]) {
  const [n, c, h, w, o, k, , oh, ow, , , ph, pw] = s;
  const [x, weight, g] = [noise(n * c * h * w, 1), noise(o * c * k * k, 2), noise(n * o * oh * ow, 3)];
  const y = new Array(g.length).fill(0);
  const dx = new Array(x.length).fill(0);
  const dw = new Array(weight.length).fill(0);
  for (let pair = 0; pair < o * c * k * k; pair++) {
    const [i, j] = [(Math.floor(pair / k) % k) - ph, (pair % k) - pw];
    const [channel, from] = [Math.floor(pair / k / k / c), Math.floor(pair / k / k) % c];
    const [left, right] = [Math.max(0, -j), Math.min(ow, w - j)];
    let sum = 0;
    for (let image = 0; image < n; image++) {
      for (let row = Math.max(0, -i); row < Math.min(oh, h - i); row++) {
        const to = ((image * o + channel) * oh + row) * ow;
        const at = ((image * c + from) * h + row + i) * w + j;
        for (let column = left; column < right; column++) {
          y[to + column] += x[at + column] * weight[pair];
          dx[at + column] += g[to + column] * weight[pair];
          sum += g[to + column] * x[at + column];
        }
      }
    }
    dw[pair] = sum;
  }
  return [
    { name: 'conv2d', inputs: [x, weight], expected: y },
    { name: 'conv2dGradInput', inputs: [g, weight], expected: dx },
    { name: 'conv2dGradWeight', inputs: [g, x], expected: dw },
  ];
}

const scratchOf = (engine: Engine, name: string, s: number[]) => engine.exports[`${name}Scratch`](...s);

/** The direct weight gradient also takes a range of panels: all of them. */
const directNumbers = (name: string, s: number[]) =>
  name === 'conv2dGradWeight' ? [...s, 0, Math.ceil((s[1] * s[5] * s[6]) / 8)] : s;

for (const [title, definition] of Object.entries(cases)) {
  const s = numbers(definition);
  const passes = define(s);
  for (const engine of engines) {
    for (const { name, inputs, expected } of passes) {
      const tiled = `${name}Winograd`;
      t.test(`${engine.name}: ${tiled} of ${title} equals its definition`, async (t) => {
        const actual = engine.run(tiled, expected.length, inputs, s, scratchOf(engine, tiled, s));
        const relative = error(actual, expected);
        t.ok(relative < 1e-5, `relative error ${relative.toExponential(1)}`);
        const direct = engine.run(
          name,
          expected.length,
          inputs,
          directNumbers(name, s),
          scratchOf(engine, name, s),
        );
        t.ok(error(actual, direct) < 1e-5, 'and the direct convolution');
      });
    }
  }
}

/** Where a phased run keeps its things: two workers with scratch memory of their own. */
interface Phased {
  engine: Engine;
  s: number[];
  workers: [number, number];
}

/** Runs the jobs of a phase one by one, the last first, on alternating workers. */
function backwards(
  { engine, s, workers }: Phased,
  pass: number,
  phase: number,
  run: string,
  args: number[],
): void {
  for (let job = engine.exports.winogradJobs(pass, phase, ...s) - 1; job >= 0; job--) {
    engine.exports[run](...args, job, 1, workers[job % 2]);
  }
}

/** A pass in phases and jobs. */
function phased(
  engine: Engine,
  pass: number,
  length: number,
  inputs: Float32Array[],
  s: number[],
): Float32Array {
  const { exports } = engine;
  engine.reset();
  const out = engine.reserve(4 * length);
  const [a, b] = inputs.map((values) => engine.place(values));
  const shared = engine.reserve(exports.winogradShared(pass, ...s));
  const scratch = () => engine.reserve(exports.winogradScratch(pass, ...s));
  const run: Phased = { engine, s, workers: [scratch(), scratch()] };
  if (pass < 2) {
    backwards(run, pass, 0, 'winogradFilters', [shared, b, pass, ...s]);
    backwards(run, pass, 1, 'winogradBlocks', [out, a, shared, pass, ...s]);
  } else {
    for (let group = 0; group < exports.winogradGroups(...s); group++) {
      backwards(run, pass, 0, 'winogradWeightTiles', [shared, a, b, ...s, group]);
      backwards(run, pass, 1, 'winogradWeightSums', [shared, ...s, group]);
    }
    backwards(run, pass, 2, 'winogradWeightRows', [out, shared, ...s]);
  }
  return new Float32Array(engine.memory.buffer, out, length).slice();
}

const divided: Record<string, Case> = {
  '5×5': { n: 21, c: 20, h: 9, w: 11, o: 30, k: 5, padding: [2, 2] },
  '3×3': { n: 70, c: 9, h: 7, w: 6, o: 17, k: 3, padding: [1, 0] },
};

for (const [title, definition] of Object.entries(divided)) {
  const s = numbers(definition);
  const passes = define(s);
  for (const engine of engines) {
    passes.forEach(({ name, inputs, expected }, pass) => {
      t.test(`${engine.name}: ${title} ${name} in any order of jobs gives the same bits`, async (t) => {
        const tiled = `${name}Winograd`;
        const whole = engine.run(tiled, expected.length, inputs, s, scratchOf(engine, tiled, s));
        const parts = phased(engine, pass, expected.length, inputs, s);
        t.ok(engine.exports.winogradJobs(pass, 1, ...s) > 2, 'there are jobs to divide');
        t.same(parts, whole);
        t.ok(error(parts, expected) < 1e-5);
      });
    });
  }
}

t.test('convolutions by tiles are chosen only where they are possible and pay', async (t) => {
  const fits = (pass: number, change: Record<number, number>, from: Case) =>
    engines.map(({ exports }) =>
      exports.winogradFits(pass, ...numbers(from).map((value, i) => change[i] ?? value)),
    );
  const few = { ...cases['the fourth layer'], n: 4 };
  const layer = { ...cases['the second layer of the CIFAR network'], n: 64 };
  for (const pass of [0, 1, 2]) {
    t.same(fits(pass, {}, layer), [1, 1], `pass ${pass}`);
    for (const axis of [9, 10]) t.same(fits(pass, { [axis]: 2 }, layer), [0, 0], 'strides');
    for (const axis of [13, 14]) t.same(fits(pass, { [axis]: 2 }, layer), [0, 0], 'dilations');
    for (const axis of [11, 12]) t.same(fits(pass, { [axis]: 5 }, layer), [0, 0], 'margins');
    t.same(fits(pass, { 15: 2 }, layer), [0, 0], 'groups');
    t.same(fits(pass, { 5: 3 }, layer), [0, 0], 'kernels that are not square');
    t.same(fits(pass, { 5: 7, 6: 7 }, layer), [0, 0], 'other kernels');
    const least = pass < 2 ? 2 : 4;
    for (const [k, channels] of [
      [5, least],
      [3, 2 * least],
    ]) {
      const shape: Case = { ...layer, k, padding: [k >> 1, k >> 1] };
      t.same(fits(pass, {}, { ...shape, c: channels, o: channels }), [1, 1], 'enough channels');
      t.same(fits(pass, {}, { ...shape, c: channels - 1, o: channels - 1 }), [0, 0], 'few channels');
    }
    t.same(fits(pass, {}, few), [0, 0], 'few tiles');
    t.same(fits(pass, {}, { ...few, n: 8 }), [1, 1], 'enough tiles');
    t.same(fits(pass, {}, { ...few, n: 64, h: 5, w: 5 }), [0, 0], 'tiles that mostly stick out');
  }
});
