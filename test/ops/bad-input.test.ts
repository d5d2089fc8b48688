// What every operator refuses, by a typed error: its own bad calls, and a valid call with something else in each place.
import t from 'tap';
import {
  DeviceError,
  MixgradError,
  OptionError,
  openDevice,
  TapeError,
  Tensor,
  tensor,
} from '../../lib/index.js';
import * as ops from '../../lib/ops/index.js';
import { positive } from '../values.js';
import { type OpName, rows } from './cases.js';
import { type Garbage, garbage, type Maker } from './row.js';

const reference = await openDevice('reference');
const elsewhere = await openDevice('gpujs-cpu');
t.teardown(() => elsewhere.close());

const of: Maker = (...shape) => tensor(positive(shape, shape.join()), { shape, device: reference });

/** The operators, as plain JavaScript may call them. */
const untyped = ops as unknown as Record<OpName, (...args: readonly unknown[]) => unknown>;

/** What a call throws; null where it returns. */
function thrown(op: OpName, args: readonly unknown[]): unknown {
  try {
    untyped[op](...args);
    return null;
  } catch (error) {
    return error;
  }
}

/** Where a value stands among arguments, such as [1, 'init', 'means']. */
type Path = readonly (string | number)[];

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Every place within arguments, lists and options, that a test picks. */
function pathsIn(value: unknown, picks: (value: unknown) => boolean, path: Path = []): Path[] {
  const below = Array.isArray(value) || isPlain(value) ? Object.entries(value) : [];
  const here = picks(value) ? [path] : [];
  return [...here, ...below.flatMap(([key, entry]) => pathsIn(entry, picks, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((found, key) => (found as Record<string | number, unknown>)[key], value);
}

/** A copy of the arguments with another value in one place. */
function replaced(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const entries = copy as Record<string | number, unknown>;
  entries[key] = replaced(entries[key], rest, other);
  return copy;
}

const swap = (args: readonly unknown[], path: Path, other: unknown) =>
  replaced(args, path, other) as unknown[];
const isTensor = (value: unknown) => value instanceof Tensor;

for (const [op, row] of rows) {
  for (const [title, [bad, error, message]] of Object.entries(row.bad)) {
    t.test(`${op} refuses ${title}`, async (t) => {
      t.throws(() => bad(of), { constructor: error, message });
    });
  }

  t.test(`${op} takes the call that the bad ones are made of, and none that breaks off raw`, async (t) => {
    const args = row.call(of);
    t.equal(thrown(op, args), null);
    t.ok(thrown(op, []) instanceof MixgradError, 'no arguments');
    for (let count = 1; count < args.length; count++) {
      const error = thrown(op, args.slice(0, count));
      t.ok(error === null || error instanceof MixgradError, `${count} arguments: ${error}`);
    }
  });

  t.test(
    `${op} refuses garbage in the place of each argument, but for what has a meaning there`,
    async (t) => {
      const args = row.call(of);
      for (const i of args.keys()) {
        const taken = (Object.keys(garbage) as Garbage[]).filter((name) => {
          const error = thrown(op, swap(args, [i], garbage[name]));
          t.ok(error === null || error instanceof MixgradError, `argument ${i}, ${name}: ${error}`);
          return error === null;
        });
        t.same(taken, row.accepts?.[i] ?? [], `argument ${i}`);
      }
    },
  );

  t.test(`${op} refuses garbage in each option and each list`, async (t) => {
    const args = row.call(of);
    const inside = pathsIn(args, () => true).filter((path) => path.length > 1);
    for (const path of inside) {
      for (const [name, value] of Object.entries(garbage)) {
        const error = thrown(op, swap(args, path, value));
        const refused = error instanceof MixgradError;
        const mayPass = error === null && name !== "'x'" && name !== 'a function' && name !== 'a symbol';
        t.ok(refused || mayPass, `${path.join('.')}, ${name}: ${error}`);
      }
    }
    for (const path of pathsIn(args, isPlain)) {
      if (path.at(-1) === 'init') continue;
      const error = thrown(op, swap(args, [...path, 'nonsense'], 1));
      t.ok(error instanceof OptionError, `${path.join('.')}: ${error}`);
      t.match(error, { message: `${op}: no option 'nonsense'; it has ` });
    }
    t.pass('no other place');
  });

  t.test(`${op} refuses a released tensor, and tensors of two devices`, async (t) => {
    const found = pathsIn(row.call(of), isTensor);
    t.ok(found.length > 0);
    for (const path of found) {
      const args = row.call(of);
      const one = at(args, path) as Tensor;
      const other = tensor(await one.data(), { shape: one.shape, device: elsewhere });
      const mixed = thrown(op, swap(args, path, other));
      if (found.length > 1) {
        t.ok(mixed instanceof DeviceError, `${path.join('.')}: ${mixed}`);
        t.match(mixed, { message: /: tensors on [\w-]+ and [\w-]+, expected one device$/ });
      }
      one.dispose();
      const error = thrown(op, args);
      t.ok(error instanceof TapeError, `${path.join('.')}: ${error}`);
      t.match(error, { message: / was disposed of$/ });
    }
  });
}
