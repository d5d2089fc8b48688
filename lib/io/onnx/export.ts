// From what a model ran to the bytes of a file. It is loaded when the first file is asked for, and knows of no tensor's values
// but those it is given: nothing of it has a state.
import { OptionError } from '../../errors.js';
import { Call } from './call.js';
import { Graph } from './graph.js';
import { Names } from './names.js';
import type { Passes } from './passes.js';
import { rows, without } from './rows/index.js';
import { sizesOf } from './sizes.js';
import { bytesOf } from './write.js';

/** The file of what a model ran. */
export async function fileOf(passes: Passes): Promise<Uint8Array> {
  const { first, second } = passes;
  const graph = new Graph();
  const names = await Names.of(graph, passes);
  first.calls.forEach((call, i) => {
    const { op, outputs } = call;
    const where = first.where[i] ?? '';
    const what = where ? `${op} in ${where}` : op;
    const row = rows[op];
    if (!row && names.isConstant(outputs[0])) return;
    if (!row) {
      const why = without[op] ?? `it was given ${Object.keys(call.args)}`;
      throw new OptionError(`exportOnnx: ${what} has no ONNX nodes: ${why}`);
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
