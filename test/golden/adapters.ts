// How golden cases are called: operators as their rows say, functions of Fisher's as theirs, optimizers step by step.
import * as mixgrad from '../../lib/index.js';
import { type Device, Tensor, tensor } from '../../lib/index.js';
import { fisherFunctions } from '../fisher/cases.js';
import { table } from '../ops/cases.js';
import type { Adapter, GoldenCall, Outputs, Row } from '../ops/row.js';
import type { Values } from './fixtures.js';

const operators: Readonly<Record<string, Row>> = table;

/** How an operation is called; undefined where the library does not have it. @throws Error where it has, and none is said */
export function findAdapter(op: string): ((call: GoldenCall) => Promise<Outputs>) | undefined {
  const name = optimizers[op] ?? op;
  const exported = (mixgrad as Record<string, unknown>)[name];
  if (exported === undefined) return undefined;
  const adapter =
    name === op ? (operators[op]?.golden ?? fisherFunctions[op]) : trajectory(exported as Optimizer);
  if (typeof adapter !== 'function') {
    throw new Error(`${op}: there are golden values, and nothing says how to call it`);
  }
  return async (call) => {
    const result = await adapter(call);
    return result instanceof Tensor ? { y: result } : result;
  };
}

/** One line for each row that promises golden values which no case has, or goes without those that there are. */
export function goldenGaps(rows: Readonly<Record<string, Row>>, cases: readonly { op: string }[]): string[] {
  const known = new Set(cases.map(({ op }) => op));
  return Object.entries(rows).flatMap(([op, { golden }]) => {
    if (typeof golden === 'function') return known.has(op) ? [] : [`${op} has no golden value`];
    return known.has(op) ? [`${op} has golden values, and goes without: ${golden.without}`] : [];
  });
}

type Optimizer = new (parameters: object[], options: never) => { step(): void };
type Options = Record<string, unknown>;

/** The classes of optimizers. */
const optimizers: Readonly<Record<string, string>> = {
  sgd: 'SGD',
  adam: 'Adam',
  adamw: 'AdamW',
  rmsprop: 'RMSprop',
};

/** The parameters after each step, the gradients set by hand. Where there are groups, each has the next `size` of them. */
function trajectory(Optimizer: Optimizer): Adapter {
  return async ({ golden, attrs: { groups, ...attrs }, device }: GoldenCall<Options>) => {
    const { w0, gradients } = golden.inputs;
    const sizes = (groups as { size: number }[] | undefined) ?? [{ size: w0.data.length }];
    const parts = partsOf(sizes, w0.data).map(({ part, ...options }) => {
      return { ...camelCased(options), params: [tensor(part, { device, requiresGrad: true })] };
    });
    const params = parts.map((part) => part.params[0]);
    const optimizer = new Optimizer(groups ? parts : params, camelCased(attrs) as never);
    const rows: number[] = [];
    for (let step = 0; step < gradients.shape[0]; step++) {
      const row = gradients.data.slice(step * w0.data.length, (step + 1) * w0.data.length);
      for (const [i, { part }] of partsOf(sizes, row).entries()) params[i].grad = tensor(part, { device });
      optimizer.step();
      for (const param of params) rows.push(...(await param.data()));
    }
    return { trajectory: tensor(rows, { shape: gradients.shape, device }) };
  };
}

/** Each group's options with its part of the values. */
function partsOf<T extends { size: number }>(groups: readonly T[], values: number[]) {
  let first = 0;
  return groups.map(({ size, ...options }) => {
    first += size;
    return { ...options, part: values.slice(first - size, first) };
  });
}

const camelCased = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));
const camelCase = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

export function toTensor({ data, shape }: Values, device: Device, requiresGrad = false): Tensor {
  return tensor(data, { shape, device, requiresGrad });
}
