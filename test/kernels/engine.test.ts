// The engine's kernels against the reference device: both builds, on one thread and on three, between guards.
import t from 'tap';
import { divide } from '../../kernels/devices/wasm/jobs/divide.js';
import { type Native, natives } from '../../kernels/devices/wasm/natives.js';
import { type KernelName, kernels } from '../../kernels/index.js';
import { type AnyKernel, numel } from '../../kernels/spec.js';
import { type Case, casesIn, check, expectedOf } from './agree.js';
import { engineCases, kernelCases } from './cases.js';
import { openGuarded, runGuarded, sameBits } from './guarded.js';
import type { Row } from './shapes.js';

/** All rows of all kernels. */
const cases = casesIn(kernelCases).map(([name, rows]): Case => {
  return [name, [...rows, ...(engineCases[name] as Case[1])]];
});
const convolutionCases = cases.filter(([name]) => name.startsWith('conv2d'));

/** Largest errors, relative to the largest entry: a few roundings of float32, 6e-8 each, but for these. */
const ROUNDED = 3e-7;
const tolerances: Partial<Record<KernelName, number>> = {
  // kernels that only pick
  relu: 0,
  reluGrad: 0,
  abs: 0,
  clamp: 0,
  clampGrad: 0,
  compare: 0,
  maximum: 0,
  minimum: 0,
  maximumGrad: 0,
  where: 0,
  argMax: 0,
  gather: 0,
  stridedCopy: 0,
  pad: 0,
  concat: 0,
  maxPool2d: 0,
  maxPool2dIndex: 0,
  // Φ(x) and x·φ(x) cancel near −0.75
  geluGrad: 1e-6,
  matmul: 2e-6,
  avgPool2d: 5e-7,
  avgPool2dGrad: 5e-7,
  standardize: 1e-6,
  standardizeGradAffine: 1e-6,
  standardizeGradRows: 1e-6,
  standardizeGradInput: 1e-6,
  mixtureLogScale: 1e-6,
  mixtureLogProb: 1e-6,
  mixturePosterior: 1e-6,
  mixtureNorm: 1e-6,
  mixtureNormGradSums: 1e-6,
  mixtureNormGradInput: 1e-6,
  mixtureNormGradPosterior: 1e-6,
};
const convolutionTolerances = { direct: 2e-6, winograd: 1e-5, auto: 1e-5 };

for (const relaxed of [false, true]) {
  const build = `the ${relaxed ? 'relaxed' : 'plain'} build`;
  for (const convolution of ['auto', 'direct', 'winograd'] as const) {
    t.test(`${build}, ${convolution} convolutions`, async (t) => {
      const one = await openGuarded({ relaxed, threads: 1, convolution });
      const three = await openGuarded({ relaxed, threads: 3, convolution });
      for (const [name, rows] of convolution === 'auto' ? cases : convolutionCases) {
        await t.test(name, async (t) => {
          const tolerance = name.startsWith('conv2d')
            ? convolutionTolerances[convolution]
            : (tolerances[name] ?? ROUNDED);
          for (const row of rows) {
            const { call, values } = await expectedOf(name, row);
            const alone = runGuarded(one.device, call);
            const shared = runGuarded(three.device, call);
            check(t, row, call.plan, alone.values, values, tolerance);
            t.ok(sameBits(shared.values, alone.values), 'the same bits on three threads');
            t.ok(alone.kept && shared.kept, 'its inputs are as they were');
          }
          t.same([...one.arena.trespasses(), ...three.arena.trespasses()], [], 'it writes only its output');
        });
      }
      for (const { device } of [one, three]) device.close();
    });
  }
}

/** Into how many jobs the engine's call for a row is divided. */
function jobsOf(name: KernelName, native: Native, row: Row<never>): number {
  const plan = (kernels[name] as AnyKernel).plan(row.shapes, row.attrs);
  const arrays = [plan.shape, ...row.shapes].map((shape) => ({ pointer: 0, length: numel(shape) }));
  const number = (key: string) => (key === 'length' ? arrays[0].length : (plan.ints?.[key] ?? 0));
  return divide(name, native, number, arrays, []).jobs;
}

t.test('of every kernel that threads can share there are rows that they do', async (t) => {
  for (const [name, rows] of cases) {
    const native = natives[name];
    if (!native?.split) continue;
    t.ok(Math.max(...rows.map((row) => jobsOf(name, native, row))) > 3, name);
  }
});

t.test('a write beside an array is found', async (t) => {
  const { device, arena } = await openGuarded({ relaxed: false, threads: 1 });
  const buffer = device.upload([1, 2, 3]);
  const { pointer } = buffer as unknown as { pointer: number };
  const words = new Uint32Array(arena.memory.buffer);
  words[pointer / 4 + 3] ^= 1;
  words[pointer / 4 - 1] ^= 1;
  words[pointer / 4 - 2] = 0;
  device.free(buffer);
  t.same(arena.trespasses(), ['2 words before an array of 12 bytes', '1 word after an array of 12 bytes']);
  device.close();
});
