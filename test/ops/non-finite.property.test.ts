// NaN and infinities anywhere in the inputs: every synchronous device has them in its results where the reference has.
import fc from 'fast-check';
import t from 'tap';
import { type Device, ones, tensor } from '../../lib/index.js';
import { property } from '../property.js';
import { allCases, rows } from './cases.js';
import { leaves, type OpCase } from './row.js';
import { synchronous } from './synchronous.js';

const [reference, ...others] = await synchronous(t);

const special = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0);
const placements = fc.array(fc.tuple(fc.nat(9), fc.nat(9999), special), { minLength: 1, maxLength: 3 });
type Placements = [input: number, at: number, value: number][];

/** What kind of number an entry is. */
const kindOf = (value: number): string => (Number.isFinite(value) ? 'finite' : String(value));
const finiteOrNot = (value: number): string => (Number.isFinite(value) ? 'finite' : 'not finite');

/**
 * A zero of the padding times what is not finite counts or does not, by algorithm: only images get them, and only results
 * are compared.
 */
const padded = ['conv2d', 'convTranspose2d'];

/** Statistics of what is not finite: which kind they are depends on the order of sums. */
const statistical = [
  'mixtureNorm',
  'emFit',
  'batchNorm',
  'ghostBatchNorm',
  'layerNorm',
  'groupNorm',
  'instanceNorm',
];
const kindsFor = (op: string) => (statistical.includes(op) ? finiteOrNot : kindOf);

/** The case's inputs with special values in some places. */
async function planted(op: string, title: string, entry: OpCase, where: Placements, device: Device) {
  const given = leaves(title, entry, device);
  const count = padded.includes(op) ? 1 : given.length;
  return Promise.all(
    given.map(async (leaf, i) => {
      const values = await leaf.data();
      for (const [input, at, value] of where) if (input % count === i) values[at % values.length] = value;
      return tensor(values, { shape: leaf.shape, device, requiresGrad: true });
    }),
  );
}

/** The entries of the result, and of each input's gradient, by kind. */
async function kindsOf(op: string, title: string, entry: OpCase, where: Placements, device: Device) {
  const inputs = await planted(op, title, entry, where, device);
  const out = entry.fn(...inputs);
  const found: Record<string, string[]> = { result: Array.from(await out.data(), kindsFor(op)) };
  if (!out.requiresGrad || padded.includes(op)) return found;
  out.backward({ gradient: ones(out.shape, { device }) });
  for (const [i, { grad }] of inputs.entries()) {
    found[`gradient ${i}`] = Array.from((await grad?.data()) ?? [], kindsFor(op));
  }
  return found;
}

for (const [op, row] of rows) {
  property(
    `${op}: NaN and infinities are where the reference has them`,
    [fc.constantFrom(...Object.entries(allCases(row))), placements],
    async ([title, entry], where) => {
      const expected = await kindsOf(op, title, entry, where, reference);
      for (const device of others) {
        for (const [what, kinds] of Object.entries(await kindsOf(op, title, entry, where, device))) {
          const at = kinds.findIndex((kind, i) => kind !== expected[what][i]);
          if (at < 0) continue;
          throw new Error(
            `${device.name}, ${what}, entry ${at}: ${kinds[at]}, expected ${expected[what][at]}`,
          );
        }
      }
    },
    { runs: 10 },
  );
}
