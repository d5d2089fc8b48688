// Runs kernels over rows of cases.ts and compares a device with the reference device.
import type { Test } from 'tap';
import type { Device } from '../../kernels/devices/device.js';
import { type KernelName, kernels } from '../../kernels/index.js';
import { type AnyKernel, numel, type Plan, type Shape } from '../../kernels/spec.js';
import { openDevice } from '../../lib/index.js';
import { type Difference, worstDifference } from '../compare.js';
import { integers, normal, positive } from '../values.js';
import type { Fill, Row } from './shapes.js';

const reference = await openDevice('reference');

/** A kernel whose attributes are those of its rows. */
export type Case = [name: KernelName, rows: readonly Row<never>[]];

/** The rows of all kernels. */
export const casesIn = (cases: object) => Object.entries(cases) as Case[];
/** The row of a few. */
export const rowsIn = (rows: object) => Object.entries(rows) as [name: KernelName, row: Row<never>][];

/** What a kernel is called with. */
export interface Call {
  kernel: AnyKernel;
  inputs: ArrayLike<number>[];
  plan: Plan;
}

/** The call of a row; inputs are float32 values: all devices start from the same. */
export async function callOf(name: KernelName, row: Row<never>): Promise<Call> {
  const kernel: AnyKernel = kernels[name];
  return { kernel, inputs: await inputsOf(row), plan: kernel.plan(row.shapes, row.attrs) };
}

/** Runs a call, and frees what it took. */
export async function compute(device: Device, { kernel, inputs, plan }: Call): Promise<ArrayLike<number>> {
  const buffers = inputs.map((input) => device.upload(input));
  const out = device.run(kernel, buffers, plan);
  const values = await device.read(out);
  for (const buffer of [...buffers, out]) device.free(buffer);
  return values;
}

/** The call of a row with what the reference device makes of it: computed once, then kept. */
export async function expectedOf(name: KernelName, row: Row<never>) {
  const key = JSON.stringify([name, row]);
  let found = kept.get(key);
  if (!found) {
    const call = await callOf(name, row);
    found = { call, values: await compute(reference, call) };
    kept.set(key, found);
  }
  return found;
}
const kept = new Map<string, { call: Call; values: ArrayLike<number> }>();

/** Checks one row against the reference: the largest error, relative to the largest entry. */
export async function agree(t: Test, device: Device, [name, rows]: Case, tolerance: number): Promise<void> {
  for (const row of rows) {
    const { call, values } = await expectedOf(name, row);
    check(t, row, call.plan, await compute(device, call), values, tolerance);
  }
}

/** Checks what was computed of a row. */
export function check(
  t: Test,
  row: Row<never>,
  { shape }: Plan,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): Difference {
  const worst = worstDifference(got, expected, shape);
  const fits = got.length === expected.length && worst.error <= tolerance;
  t.ok(fits, JSON.stringify([row.shapes, row.attrs]), { worst, tolerance });
  return worst;
}

async function inputsOf({ shapes, attrs, fill = 'normal' }: Row<never>): Promise<ArrayLike<number>[]> {
  const kindOf = (i: number): Fill => (isFill(fill) ? fill : (fill[i] ?? 'normal'));
  return Promise.all(shapes.map((shape, i) => filled(shape, kindOf(i), attrs, `${shape} ${i}`)));
}

async function filled(shape: Shape, fill: Fill, attrs: never, seed: string): Promise<ArrayLike<number>> {
  if (fill === 'normal') return normal(shape, seed).map(Math.fround);
  if (fill === 'positive') return positive(shape, seed).map(Math.fround);
  if ('about' in fill) return normal(shape, seed).map((v) => Math.fround(fill.about + v));
  if ('below' in fill) return integers(fill.below, numel(shape), seed);
  return compute(reference, await callOf('maxPool2dIndex', { shapes: [fill.maximaOf], attrs }));
}

function isFill(fill: NonNullable<Row<never>['fill']>): fill is Fill {
  return typeof fill === 'string' || ['about', 'below', 'maximaOf'].some((key) => key in fill);
}
