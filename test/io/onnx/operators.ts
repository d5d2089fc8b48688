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
  batchNorm: /: batchNorm in op\.\d+ normalizes by the batch, expected running statistics$/,
  ghostBatchNorm: /: ghostBatchNorm in op\.\d+ normalizes by the batch, expected running statistics$/,
  mixtureNorm: /: mixtureNorm in op\.\d+ fits a mixture to the batch, expected training: false$/,
};

const inputsOf = ([title, entry]: Titled) => leaves(title, entry, tensor([0]).device).map((t) => t.detach());

/** A case as a module, so that its nodes have its name. */
class Of extends Module<Tensor[]> {
  constructor(
    readonly fn: OpCase['fn'],
    readonly inputs: readonly Tensor[],
  ) {
    super();
  }

  forward(...inputs: Tensor[]): Tensor {
    return this.fn(...inputs);
  }
}

/** Cases as a model of x [N, all of their inputs]; what they compute of the first row is one list. */
class Cases extends Module {
  constructor(
    private readonly op: readonly Of[],
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
    return this.op.map((entry) => entry.forward(...entry.inputs.map(take)));
  }
}

/** Cases as a model, and the one row that it takes. */
export function modelOf(op: OpName, titled: readonly Titled[]) {
  const cases = titled.map(([title, entry]) => new Of(entry.fn, inputsOf([title, entry])));
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

/** The nodes that an operator becomes: those of the first of its cases with the fewest. */
export async function nodesOf(op: OpName, row: Row): Promise<string[]> {
  const found = new Map<string, string[]>();
  for (const [i, group] of groupsOf(op, row).entries()) {
    const { model, x } = modelOf(op, group);
    const file = await exportOnnx(model, { input: x }).catch((error: Error) => {
      if (!refused[op]?.test(error.message)) throw error;
    });
    const { graph } = file ? fromBinary(ModelProtoSchema, file) : {};
    for (const { name, opType } of graph?.node ?? []) {
      const [place] = name.split('/');
      if (!place.startsWith('op.')) continue;
      found.set(`${i} ${place}`, [...(found.get(`${i} ${place}`) ?? []), opType]);
    }
  }
  return [...found.values()].reduce((fewest, types) => (types.length < fewest.length ? types : fewest));
}
