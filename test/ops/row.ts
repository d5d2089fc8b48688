// One row of the table of operators: all that the checks, the golden values and docs/operators.md know of one.
import { type Device, type MixgradError, type Tensor, tensor } from '../../lib/index.js';
import type { Shape } from '../../lib/shape.js';
import type { GoldenCase } from '../golden/fixtures.js';
import { normal, positive } from '../values.js';

/** A shape to fill with normal draws, or what `above0` made. */
export type Input = Shape | { shape: Shape; values: (seed: string) => Float64Array };

/** Draws from [0.5, 2), for logarithms, roots and divisors. */
export const above0 = (shape: Shape): Input => ({ shape, values: (seed) => positive(shape, seed) });

/** What backward({ createGraph: true }) does: it differentiates again, or an operation with a fused rule refuses. */
export type Second = 'operations' | { refusedBy: string };

/** Inputs and a function of them. */
export interface OpCase {
  inputs: readonly Input[];
  fn: (...inputs: Tensor[]) => Tensor;
  /** Where it differs from the row's. */
  second?: Second;
}

/** Cases, named by what is special about them. */
export type OpCases = Record<string, OpCase>;

export const on = (fn: OpCase['fn'], ...inputs: Input[]): OpCase => ({ fn, inputs });

/** The cases under longer names. */
export const named = (prefix: string, cases: OpCases): OpCases =>
  Object.fromEntries(Object.entries(cases).map(([title, entry]) => [`${prefix}, ${title}`, entry]));

/** Why an operator goes without a check. */
export interface Without {
  without: string;
}

/** What calls an operator as a golden case describes it. */
export interface GoldenCall<A = never> {
  golden: GoldenCase;
  /** The case's options, as JSON gave them. */
  attrs: A;
  inputs: Record<string, Tensor>;
  device: Device;
}

export type Outputs = Record<string, Tensor>;

/** Its result is the output `y`, unless it is several outputs by name. */
export type Adapter = (call: GoldenCall) => Tensor | Outputs | Promise<Outputs>;

/** Makes a tensor of values from [0.5, 2) on the reference device. */
export type Maker = (...shape: number[]) => Tensor;

/** A call that an operator refuses, the error, and what its message says. */
export type BadCall = readonly [
  call: (of: Maker) => unknown,
  error: new (message: string) => MixgradError,
  message: RegExp,
];

/** Everything about one operator. */
export interface Row {
  /** Checked against central differences, against the first gradient's, and on every device. */
  cases: OpCases;
  /** Checked on every device only, and why. */
  devicesOnly?: { because: string; cases: OpCases };
  /** Only where there is none. */
  gradient?: Without;
  second: Second | Without;
  golden: Adapter | Without;
  /** The arguments of a valid call, none left out: bad ones are made of it by putting something else in each place. */
  call: (of: Maker) => readonly unknown[];
  /** For each argument, what of `garbage` it takes. */
  accepts?: Readonly<Record<number, readonly Garbage[]>>;
  bad: Record<string, BadCall>;
}

/** What is no argument of most operators, by how it is written. */
export const garbage = {
  "'x'": 'x',
  '3': 3,
  NaN: Number.NaN,
  true: true,
  null: null,
  '{}': {},
  '[]': [],
  '1n': 1n,
  'a symbol': Symbol('s'),
  'a function': () => 1,
};

export type Garbage = keyof typeof garbage;

/** What every argument with options takes, unless one of them must be given. */
export const noOptions: readonly Garbage[] = ['null', '{}'];
/** What stands for a number. */
export const numbers: readonly Garbage[] = ['3', 'NaN'];

/** The inputs of a case as leaves; every value is a float32, so that all devices start from the same values. */
export function leaves(title: string, { inputs }: OpCase, device: Device): Tensor[] {
  return inputs.map((input, i) => {
    const { shape, values } =
      'shape' in input ? input : { shape: input, values: (seed: string) => normal(input, seed) };
    return tensor(values(`${title} ${i}`).map(Math.fround), { shape, device, requiresGrad: true });
  });
}
