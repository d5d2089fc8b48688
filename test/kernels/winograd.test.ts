// Convolutions by Cook–Toom tiles: against the reference device and the direct way, the same bits on any number
// of threads and in any order of jobs, and taken where they pay.
import t from 'tap';
import { Arena } from '../../kernels/devices/wasm/arena.js';
import { tiledConvolution } from '../../kernels/devices/wasm/jobs/winograd.js';
import type { Convolution as Mode } from '../../kernels/devices/wasm/options.js';
import type { Engine, EngineCall } from '../../kernels/devices/wasm/threads/pool.js';
import { worstDifference } from '../compare.js';
import { check, expectedOf, rowsIn } from './agree.js';
import { passesOf } from './cases.js';
import { compileEngine, openGuarded, runGuarded, sameBits } from './guarded.js';
import { type Convolution, unit } from './shapes.js';

/** Relative to the largest entry; the transforms amplify rounding. */
const TOLERANCE = 1e-5;

/** A convolution with stride 1 of n images [c, h, w] by filters [o, c, k, k]. */
const tiled = (
  [n, c, h, w]: readonly number[],
  o: number,
  k: number,
  [padH, padW]: readonly number[],
): Convolution => ({
  x: [n, c, h, w],
  w: [o, c, k, k],
  y: [n, o, h + 2 * padH - k + 1, w + 2 * padW - k + 1],
  attrs: { ...unit, padH, padW },
});

const layers: Record<string, Convolution> = {
  'the second layer of the CIFAR network': tiled([1, 64, 16, 16], 128, 5, [2, 2]),
  'the third layer': tiled([3, 128, 8, 8], 128, 5, [2, 2]),
  'the fourth layer': tiled([9, 128, 4, 4], 256, 3, [1, 1]),
  'one channel and one tile of 5×5': tiled([1, 1, 4, 4], 1, 5, [2, 2]),
  'one channel and one tile of 3×3': tiled([1, 1, 4, 4], 1, 3, [1, 1]),
  'one output pixel of 5×5': tiled([3, 3, 5, 5], 2, 5, [0, 0]),
  'one output pixel of 3×3': tiled([2, 5, 3, 3], 7, 3, [0, 0]),
  'one input pixel': tiled([2, 3, 1, 1], 4, 5, [2, 2]),
  'tiles that stick out, 5×5': tiled([3, 7, 7, 10], 13, 5, [1, 3]),
  'tiles that stick out, 3×3': tiled([5, 9, 11, 6], 14, 3, [2, 0]),
  'the widest margins of 5×5': tiled([2, 2, 3, 6], 5, 5, [4, 4]),
  'the widest margins of 3×3': tiled([3, 4, 5, 2], 6, 3, [2, 2]),
  'no margins and wide images': tiled([1, 3, 9, 301], 5, 5, [0, 0]),
  'several blocks, the last one short': tiled([37, 6, 9, 8], 12, 3, [1, 1]),
  'many tiles': tiled([6000, 2, 8, 7], 2, 5, [2, 2]),
  'several chains of channels': tiled([2, 600, 4, 4], 40, 5, [2, 2]),
  'groups of 5×5 tiles': tiled([21, 20, 9, 11], 30, 5, [2, 2]),
  'groups of 3×3 tiles': tiled([70, 9, 7, 6], 17, 3, [1, 0]),
};

for (const relaxed of [false, true]) {
  const build = `the ${relaxed ? 'relaxed' : 'plain'} build`;
  t.test(`${build}: convolutions by tiles`, async (t) => {
    const one = await openGuarded({ relaxed, threads: 1, convolution: 'winograd' });
    const three = await openGuarded({ relaxed, threads: 3, convolution: 'winograd' });
    const direct = await openGuarded({ relaxed, threads: 3, convolution: 'direct' });
    for (const [title, layer] of Object.entries(layers)) {
      await t.test(title, async (t) => {
        for (const [name, row] of rowsIn(passesOf(layer))) {
          const { call, values } = await expectedOf(name, row);
          const alone = runGuarded(one.device, call).values;
          check(t, row, call.plan, alone, values, TOLERANCE);
          const other = runGuarded(direct.device, call).values;
          t.ok(worstDifference(alone, other, call.plan.shape).error <= TOLERANCE, 'as the direct way');
          t.ok(sameBits(runGuarded(three.device, call).values, alone), 'the same bits on three threads');
        }
        const found = [one, three, direct].flatMap(({ arena }) => arena.trespasses());
        t.same(found, [], 'it writes only its output');
      });
    }
    for (const { device } of [one, three, direct]) device.close();
  });
}

const passes = ['conv2d', 'conv2dGradInput', 'conv2dGradWeight'];
const builds = [false, true].map((relaxed) => {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const instance = new WebAssembly.Instance(compileEngine(relaxed, false), { env: { memory } });
  return { engine: instance.exports as Engine, memory, relaxed };
});

/** All sizes in the order in which the engine takes them. */
const sizesOf = ({ x, w, y, attrs }: Convolution): number[] => {
  const { strideH, strideW, padH, padW, dilationH, dilationW, groups } = attrs;
  const [, , OH, OW] = y;
  const [O, , KH, KW] = w;
  // biome-ignore format: one thing a line
  return [
    ...x,
    O, KH, KW, OH, OW,
    strideH, strideW, padH, padW, dilationH, dilationW, groups,
  ];
};

/** Whether each build takes tiles for a pass. */
const takesTiles = (pass: string, sizes: number[], mode: Mode = 'auto') =>
  builds.map(({ engine }) => tiledConvolution(engine, pass, sizes, mode) !== null);

const [yes, no] = [
  [true, true],
  [false, false],
];

t.test('tiles are taken when they are asked for, and not when the direct way is', async (t) => {
  for (const [title, layer] of Object.entries(layers)) {
    for (const pass of passes) {
      t.same(takesTiles(pass, sizesOf(layer), 'winograd'), yes, `${title}, ${pass}`);
      t.same(takesTiles(pass, sizesOf(layer), 'direct'), no, `${title}, ${pass}`);
    }
  }
});

/** Runs the jobs of a call, the last first, on alternating workers. */
function runBackwards(engine: Engine, { name, first, step, jobs, count, scratch }: EngineCall): void {
  for (let job = jobs - 1; job >= 0; job--) {
    const args = first.map((value, i) => value + job * step[i]);
    args[count.argument] = Math.min(count.chunk, count.total - job * count.chunk);
    args[scratch.argument] += (job % 2) * scratch.step;
    engine[name](...args);
  }
}

t.test('any order of jobs gives the same bits', async (t) => {
  for (const layer of [layers['groups of 5×5 tiles'], layers['groups of 3×3 tiles']]) {
    for (const [name, row] of rowsIn(passesOf(layer))) {
      const { call } = await expectedOf(name, row);
      for (const { engine, memory, relaxed } of builds) {
        const { device } = await openGuarded({ relaxed, threads: 1, convolution: 'winograd' });
        const expected = runGuarded(device, call).values;
        const arena = new Arena(memory, engine.heapBase());
        const place = (values: ArrayLike<number>) => {
          const pointer = arena.allocate(4 * values.length);
          new Float32Array(memory.buffer, pointer, values.length).set(values);
          return pointer;
        };
        const { memory: bytes, calls } = tiledConvolution(engine, name, sizesOf(layer), 'winograd')!;
        const [out, ...inputs] = [expected.map(() => Number.NaN), ...call.inputs].map(place);
        const work = calls(out, inputs, arena.allocate(bytes.shared), arena.allocate(2 * bytes.own));
        t.ok(work[1].jobs > 2, 'there are jobs to divide');
        t.ok(name !== 'conv2dGradWeight' || work.length > 3, 'the weight gradient adds several groups');
        for (const part of work) runBackwards(engine, part);
        t.ok(sameBits(new Float32Array(memory.buffer, out, expected.length), expected), name);
      }
    }
  }
});

t.test('tiles are chosen only where they are possible and pay', async (t) => {
  const layer = tiled([64, 64, 16, 16], 128, 5, [2, 2]);
  const few = tiled([4, 128, 4, 4], 256, 3, [1, 1]);
  for (const pass of passes) {
    /** With some sizes changed. */
    const takes = (from: Convolution, change: Record<number, number> = {}) =>
      takesTiles(
        pass,
        sizesOf(from).map((size, i) => change[i] ?? size),
      );
    t.same(takes(layer), yes, pass);
    for (const axis of [9, 10]) t.same(takes(layer, { [axis]: 2 }), no, 'strides');
    for (const axis of [13, 14]) t.same(takes(layer, { [axis]: 2 }), no, 'dilations');
    for (const axis of [11, 12]) t.same(takes(layer, { [axis]: 5 }), no, 'margins');
    t.same(takes(layer, { 15: 2 }), no, 'groups');
    t.same(takes(layer, { 5: 3 }), no, 'kernels that are not square');
    t.same(takes(layer, { 5: 7, 6: 7 }), no, 'other kernels');
    const least = pass === 'conv2dGradWeight' ? 4 : 2;
    for (const [k, channels] of [
      [5, least],
      [3, 2 * least],
    ]) {
      const thin = (c: number) => tiled([64, c, 16, 16], c, k, [k >> 1, k >> 1]);
      t.same(takes(thin(channels)), yes, 'enough channels');
      t.same(takes(thin(channels - 1)), no, 'few channels');
    }
    t.same(takes(few), no, 'few tiles');
    t.same(takes(tiled([8, 128, 4, 4], 256, 3, [1, 1])), yes, 'enough tiles');
    t.same(takes(tiled([64, 128, 5, 5], 256, 3, [1, 1])), no, 'tiles that mostly stick out');
  }
});
