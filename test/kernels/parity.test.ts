// Every kernel on every device against the reference device, over the shapes of the table beside.
import t, { type Test } from 'tap';
import type { Device } from '../../kernels/devices/device.js';
import { type KernelName, kernels } from '../../kernels/index.js';
import { type Attrs, numel, type Shape } from '../../kernels/spec.js';
import { openDevice } from '../../lib/index.js';
import { worstDifference } from '../compare.js';
import { everyDevice, everyOtherDevice } from '../devices.js';
import { normal, positive, whole } from '../values.js';
import { type Fill, type Row, table, withoutRows } from './table.js';

const reference = await openDevice('reference');

/** Largest error allowed, relative to the largest entry: some rounding errors of float32, 6e-8 each. */
const TOLERANCE = 3e-6;
/** The same for convolutions directly and by tiles, whose transforms amplify rounding. */
const convolutionTolerances = { direct: 2e-6, winograd: 1e-5, auto: 1e-5 };
const convolutionKernels = ['conv2d', 'conv2dGradInput', 'conv2dGradWeight'] as const;

async function compute(
  device: Device,
  name: KernelName,
  inputs: ArrayLike<number>[],
  { shapes, attrs }: Row,
) {
  const plan = kernels[name].plan(shapes, attrs ?? {});
  const buffers = inputs.map((input) => device.upload(input));
  const out = device.run(name, buffers, plan);
  const values = await device.read(out);
  for (const buffer of [...buffers, out]) device.free(buffer);
  return { shape: plan.shape, values };
}

/** The inputs of a row, as float32 numbers: all devices start from the same. */
async function inputsOf({ shapes, attrs, fill = 'normal' }: Row): Promise<ArrayLike<number>[]> {
  const kindOf = (i: number): Fill => (isFill(fill) ? fill : (fill[i] ?? 'normal'));
  return Promise.all(shapes.map((shape, i) => filled(shape, kindOf(i), attrs, `${shape} ${i}`)));
}

async function filled(
  shape: Shape,
  fill: Fill,
  attrs: Attrs | undefined,
  seed: string,
): Promise<ArrayLike<number>> {
  if (fill === 'normal') return normal(shape, seed).map(Math.fround);
  if (fill === 'positive') return positive(shape, seed).map(Math.fround);
  if ('below' in fill) return whole(fill.below, numel(shape), seed);
  const row = { shapes: fill.shapes, attrs };
  return (await compute(reference, fill.from, await inputsOf(row), row)).values;
}

function isFill(fill: NonNullable<Row['fill']>): fill is Fill {
  return typeof fill === 'string' || 'below' in fill || 'from' in fill;
}

async function agree(t: Test, device: Device, name: KernelName, tolerance: number): Promise<void> {
  for (const row of table[name]) {
    const inputs = await inputsOf(row);
    const expected = await compute(reference, name, inputs, row);
    const got = await compute(device, name, inputs, row);
    const worst = worstDifference(got.values, expected.values, expected.shape);
    const fits = got.values.length === expected.values.length && worst.error <= tolerance;
    t.ok(fits, JSON.stringify([row.shapes, row.attrs]), { worst });
  }
}

for (const [name, rows] of Object.entries(table) as [KernelName, Row[]][]) {
  everyOtherDevice(
    `kernel ${name} agrees with the reference over ${rows.length} rows of shapes`,
    async (t, device) => {
      const tiles = device.name === 'wasm' && convolutionKernels.some((kernel) => kernel === name);
      await agree(t, device, name, tiles ? convolutionTolerances.auto : TOLERANCE);
    },
  );
}

for (const convolution of ['direct', 'winograd'] as const) {
  t.test(`wasm: ${convolution} convolutions agree with the reference`, async (t) => {
    const device = await openDevice('wasm', { convolution });
    for (const name of convolutionKernels) await agree(t, device, name, convolutionTolerances[convolution]);
    device.close();
  });
}

everyDevice('a kernel leaves no buffer behind once its inputs and output are freed', async (t, device) => {
  const before = device.memory();
  const row: Row = {
    shapes: [
      [2, 3, 5, 7],
      [5, 3, 3, 3],
    ],
    attrs: table.conv2d[1].attrs,
  };
  await compute(device, 'conv2d', await inputsOf(row), row);
  const after = device.memory();
  t.equal(after.live, before.live);
  t.equal(after.buffers, before.buffers);
});

t.test('every kernel has a row', async (t) => {
  t.same(withoutRows(Object.keys(kernels), table), []);
});

t.test('a kernel without a row is found', async (t) => {
  t.same(withoutRows(['add', 'newKernel', 'empty'], { add: [{}], empty: [] }), ['newKernel', 'empty']);
});
