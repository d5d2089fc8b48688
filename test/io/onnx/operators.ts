// The cases of the table of operators as models of one row each, in which all of their inputs lie one after the other.
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { concat, exportOnnx, Module, type Tensor, tensor } from '../../../lib/index.js';
import { rows as nodes, without } from '../../../lib/io/onnx/rows/index.js';
import { trace } from '../../../lib/tape/trace.js';
import { allCases, type OpName } from '../../ops/cases.js';
import { leaves, type OpCase, type Row } from '../../ops/row.js';

/** A case under its name. */
export type Titled = readonly [title: string, entry: OpCase];

/** Operators whose other inputs must be constants of the file. */
const constants: readonly OpName[] = ['mixtureNorm'];

/** Cases that normalize by the batch are refused, with these words. */
export const refused: Partial<Record<OpName, RegExp>> = {
  batchNorm: /: batchNorm in op normalizes by the batch, expected running statistics$/,
  ghostBatchNorm: /: ghostBatchNorm in op normalizes by the batch, expected running statistics$/,
  mixtureNorm: /: mixtureNorm in op fits a mixture to the batch, expected training: false$/,
};

const inputsOf = ([title, entry]: Titled) => leaves(title, entry, tensor([0]).device).map((t) => t.detach());

/** A function of several tensors as a module, so that its nodes have its name. */
class Of extends Module<[OpCase['fn'], readonly Tensor[]]> {
  forward(fn: OpCase['fn'], inputs: readonly Tensor[]): Tensor {
    return fn(...inputs);
  }
}

/** Cases as a model of x [N, all of their inputs]; what they compute of the first row is one list. */
class Cases extends Module {
  readonly op = new Of();

  constructor(
    private readonly cases: readonly { fn: OpCase['fn']; inputs: readonly Tensor[] }[],
    /** Whether inputs are constants, but for each first one. */
    private readonly fixed: boolean,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return concat(this.outputs(x).map((y) => y.reshape([-1])));
  }

  outputs(x: Tensor): Tensor[] {
    const row = x.slice(0, 0, 1);
    let end = 0;
    const take = (t: Tensor, i: number) => {
      end += t.size;
      return this.fixed && i > 0 ? t : row.slice(1, end - t.size, end).reshape(t.shape);
    };
    return this.cases.map(({ fn, inputs }) => this.op.forward(fn, inputs.map(take)));
  }
}

/** Cases as a model, and the one row that it takes. */
export async function modelOf(op: OpName, titled: readonly Titled[]) {
  const cases = titled.map(([title, entry]) => ({ fn: entry.fn, inputs: inputsOf([title, entry]) }));
  const all = cases.flatMap(({ inputs }) => inputs);
  const x = concat(all.map((t) => t.reshape([-1]))).reshape([1, -1]);
  return { model: new Cases(cases, constants.includes(op)), x };
}

/** The cases of a row, in lists that are one file each: those of which some are refused one by one. */
export function groupsOf(op: OpName, row: Row): Titled[][] {
  const cases = Object.entries(allCases(row));
  return op in refused ? cases.map((entry) => [entry]) : [cases];
}

/** The operations that a row's cases run. */
export function operationsOf(row: Row): Set<string> {
  const names = new Set<string>();
  for (const titled of Object.entries(allCases(row))) {
    const inputs = inputsOf(titled);
    const { calls, release } = trace('operationsOf', () => titled[1].fn(...inputs));
    for (const { op } of calls) names.add(op);
    release();
  }
  return names;
}

/** Why a file has no nodes for an operator, or null where it has. */
export function whyNot(op: OpName, row: Row): string | null {
  if (op in without) return without[op];
  const missing = [...operationsOf(row)].filter((name) => !(name in nodes));
  if (missing.length === 0) return null;
  return missing.map((name) => without[name] ?? `\`${name}\` has neither nodes nor a reason`).join('; ');
}

/** The kinds of nodes that the cases of an operator become. */
export async function kindsOf(op: OpName, row: Row): Promise<string[]> {
  const kinds = new Set<string>();
  for (const group of groupsOf(op, row)) {
    const { model, x } = await modelOf(op, group);
    const file = await exportOnnx(model, { input: x }).catch((error: Error) => {
      if (!refused[op]?.test(error.message)) throw error;
    });
    const { graph } = file ? fromBinary(ModelProtoSchema, file) : {};
    for (const { name, opType } of graph?.node ?? []) if (name.startsWith('op/')) kinds.add(opType);
  }
  return [...kinds];
}
