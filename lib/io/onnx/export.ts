// exportOnnx, once it is needed: a model is run, its operations become nodes, and these become bytes.
import { OptionError } from '../../errors.js';
import { Module } from '../../nn/module.js';
import { describe, type Reader, readOptions } from '../../options.js';
import type { Shape } from '../../shape.js';
import { checkShape } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { Call } from './call.js';
import { Graph } from './graph.js';
import { Names } from './names.js';
import { type Passes, runTwice } from './passes.js';
import { rows } from './rows/index.js';
import { sizesOf } from './sizes.js';
import { bytesOf } from './write.js';

const input: Reader<Tensor | Shape | null> = {
  fallback: null,
  read(op, name, value) {
    if (!(value instanceof Tensor || Array.isArray(value))) {
      throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a tensor or a shape`);
    }
    const shape = value instanceof Tensor ? value.shape : checkShape(op, value);
    if (shape.length > 0) return value;
    throw new OptionError(`${op}: ${name} has shape [], expected a batch, [N, …]`);
  },
};

/** As exportOnnx. */
export async function exportModel(model: Module, options: unknown): Promise<Uint8Array> {
  if (!(model instanceof Module) || typeof model.forward !== 'function') {
    throw new OptionError(`exportOnnx: model is ${describe(model)}, expected a Module with a forward()`);
  }
  const { input: example } = readOptions('exportOnnx', options, { input });
  if (example === null) throw new OptionError('exportOnnx: input is missing, expected a tensor or a shape');
  const passes = await runTwice(model, example);
  try {
    return await write(model, passes);
  } finally {
    passes.release();
  }
}

async function write(model: Module, passes: Passes): Promise<Uint8Array> {
  const { first, second } = passes;
  const graph = new Graph();
  const names = await Names.of(graph, model, passes);
  first.calls.forEach((call, i) => {
    const { op, outputs } = call;
    const where = first.where[i] ?? '';
    const what = where ? `${op} in ${where}` : op;
    const row = rows[op];
    if (!row && names.isConstant(outputs[0])) return;
    if (!row) {
      throw new OptionError(`exportOnnx: ${what} has no ONNX nodes; it was given ${Object.keys(call.args)}`);
    }
    graph.where = where;
    names.name(outputs[0], row(new Call(what, call, second.calls[i], names), graph));
  });
  graph.where = '';
  graph.finish(names.of('the output', first.result, second.result));
  const shapes = [first, second].map(({ result }) => result.shape);
  return bytesOf(graph, {
    input: first.input.shape.map((size, axis) => (axis === 0 ? { times: 1 } : size)),
    output: sizesOf('the shape of the output', shapes[0], shapes[1]),
  });
}
