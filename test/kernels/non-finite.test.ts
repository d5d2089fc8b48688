// NaN and infinities in each input of every kernel: each device but WebGPU, which promises nothing for them, puts them
// where the bodies do.
import t from 'tap';
import type { KernelName } from '../../kernels/index.js';
import { openDevice } from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { type TestedDevice, testedDevices } from '../open.js';
import { type Call, casesIn, compute, expectedOf, rowsIn } from './agree.js';
import { kernelCases, passesOf } from './cases.js';
import { openGuarded, runGuarded, sameBits } from './guarded.js';
import { type Convolution, type Row, shapes, unit } from './shapes.js';

const reference = await openDevice('reference');
const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TOLERANCE = 1e-5;

/** Kernels whose second input are positions. */
const withPositions: KernelName[] = ['gather', 'scatterSum', 'maxPool2d', 'maxPool2dGrad'];

/** Kernels that the engine factors differently: an infinite γ, τ or sum is ∞ − ∞ in one order, and ∞ in another. */
const factored: KernelName[] = [
  'standardizeGradRows',
  'standardizeGradInput',
  'mixtureMoments',
  'mixtureNormGradInput',
];

/** Values with NaN for all that is not finite, of a kernel that is factored differently. */
function comparable(name: KernelName, values: ArrayLike<number>): ArrayLike<number> {
  if (!factored.includes(name)) return values;
  return Array.from(values, (value) => (Number.isFinite(value) ? value : Number.NaN));
}

/** The call with a special number in one input, at a share of its length. */
function withSpecial({ kernel, inputs, plan }: Call, input: number, share: number, special: number): Call {
  const changed = Float64Array.from(inputs[input]);
  changed[Math.floor(share * (changed.length - 1))] = special;
  return { kernel, inputs: inputs.with(input, changed), plan };
}

/** Every special number in every input of a row, at its begin, in its middle and at its end. */
async function variantsOf(name: KernelName, row: Row<never>, shares: number[]): Promise<Call[]> {
  const { call } = await expectedOf(name, row);
  const inputs = call.inputs.map((_, i) => i).filter((i) => i === 0 || !withPositions.includes(name));
  return inputs.flatMap((input) =>
    shares.flatMap((share) => specials.map((special) => withSpecial(call, input, share, special))),
  );
}

const skips: Partial<Record<TestedDevice, string>> = {
  'gpujs-webgpu': 'WGSL promises nothing for NaN and infinities',
};

for (const device of testedDevices.slice(1)) {
  t.test(`${device}: every kernel`, { skip: skips[device] }, async (t) => {
    const opened = await openDevice(device);
    for (const [name, rows] of casesIn(kernelCases)) {
      for (const row of rows.slice(0, 8)) {
        for (const call of await variantsOf(name, row, [0.5])) {
          const got = comparable(name, await compute(opened, call));
          const expected = comparable(name, await compute(reference, call));
          const worst = worstDifference(got, expected, call.plan.shape);
          if (worst.error > TOLERANCE)
            t.fail(`${name} ${JSON.stringify([row.shapes, row.attrs])}`, { worst });
        }
      }
      t.pass(name);
    }
    opened.close();
  });
}

const layer = (x: number[], w: number[], attrs: Partial<typeof unit>): Convolution => {
  const all = { ...unit, ...attrs };
  return {
    x,
    w,
    y: [x[0], w[0], x[2] + 2 * all.padH - w[2] + 1, x[3] + 2 * all.padW - w[3] + 1],
    attrs: all,
  };
};
const layers = [
  ...shapes.convolutions.filter(({ x }) => x[0] * x[1] * x[2] * x[3] < 4000),
  layer([3, 8, 8, 9], [7, 8, 3, 3], { padH: 1, padW: 1 }),
  layer([2, 8, 9, 8], [9, 8, 5, 5], { padH: 2, padW: 2 }),
  layer([4, 9, 6, 7], [6, 9, 3, 3], { padH: 2, padW: 0 }),
];

for (const convolution of ['winograd', 'direct'] as const) {
  t.test(`${convolution}: a number that is not finite stays in its windows`, async (t) => {
    const one = await openGuarded({ relaxed: true, threads: 1, convolution });
    const three = await openGuarded({ relaxed: true, threads: 3, convolution });
    for (const each of layers) {
      for (const [name, row] of rowsIn(passesOf(each))) {
        for (const call of await variantsOf(name, row, [0, 0.55, 1])) {
          const alone = runGuarded(one.device, call).values;
          const worst = worstDifference(alone, await compute(reference, call), call.plan.shape);
          t.ok(worst.error <= TOLERANCE, `${name} ${JSON.stringify(each)}`, { worst });
          t.ok(sameBits(runGuarded(three.device, call).values, alone), 'the same bits on three threads');
        }
      }
    }
    t.same([...one.arena.trespasses(), ...three.arena.trespasses()], [], 'it writes only its output');
    for (const { device } of [one, three]) device.close();
  });
}
