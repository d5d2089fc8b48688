// The cases of the table of operators as models: all of their inputs lie in the first row of one.
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { exportOnnx, Module, type Tensor, tensor } from '../../../lib/index.js';
import { rows as nodes, without } from '../../../lib/io/onnx/rows/index.js';
import { numel } from '../../../lib/shape.js';
import { trace } from '../../../lib/tape/trace.js';
import { allCases, type OpName } from '../../ops/cases.js';
import { leaves, type OpCase, type Row } from '../../ops/row.js';

/** Operators whose other inputs are constants of the file. */
const constants: readonly OpName[] = ['mixtureNorm'];

/** A function of several tensors as a module, so that its nodes have its name. */
class Of extends Module {
  constructor(private readonly fn: OpCase['fn']) {
    super();
  }

  forward(...inputs: Tensor[]): Tensor {
    return this.fn(...inputs);
  }
}

/** A case as a model of x [N, the size of all inputs]. */
export class OfRow extends Module {
  readonly op: Of;

  constructor(
    op: OpName,
    { fn }: OpCase,
    private readonly inputs: readonly Tensor[],
  ) {
    super();
    this.op = new Of(fn);
    this.fixed = constants.includes(op);
  }

  private readonly fixed: boolean;

  forward(x: Tensor): Tensor {
    let end = 0;
    const inputs = this.inputs.map((input, i) => {
      end += input.size;
      if (this.fixed && i > 0) return input;
      return x.slice(0, 0, 1).slice(1, end - input.size, end).reshape(input.shape);
    });
    return this.op.forward(...inputs);
  }
}

/** A case as a model, and the row that it takes, a number of times. */
export async function modelOf(op: OpName, title: string, entry: OpCase) {
  const inputs = leaves(title, entry, tensor([0]).device).map((t) => t.detach());
  const values = (await Promise.all(inputs.map(async (t) => [...(await t.data())]))).flat();
  const width = Math.max(inputs.reduce((size, { shape }) => size + numel(shape), 0), 1);
  const batch = (n: number) =>
    tensor(Float64Array.from({ length: n * width }, (_, i) => values[i % width]), { shape: [n, width] });
  return { model: new OfRow(op, entry, inputs), batch };
}

/** The operations that a row's cases run, which a file has nodes for or not. */
export function operationsOf(row: Row): Set<string> {
  const names = new Set<string>();
  for (const [title, entry] of Object.entries(allCases(row))) {
    const inputs = leaves(title, entry, tensor([0]).device).map((t) => t.detach());
    const { calls, release } = trace('operationsOf', () => entry.fn(...inputs));
    for (const { op } of calls) names.add(op);
    release();
  }
  return names;
}

/** Why a file has no nodes for an operator, or null where it has. */
export function whyNot(op: OpName, row: Row): string | null {
  const operations = [...operationsOf(row)];
  const missing = operations.filter((name) => !(name in nodes));
  if (op in without) return without[op];
  if (operations.length === 0) return `${op} runs no operation`;
  if (missing.length === 0) return null;
  return missing.map((name) => without[name] ?? `\`${name}\` has neither a row nor a reason`).join('; ');
}
