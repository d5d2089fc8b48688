// Positions along an axis. They are real numbers in mixgrad and integers in ONNX.
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';
import type { Row, Rows } from './row.js';

const REAL = 1;
const INTEGER = 7;

const positions = (call: Call, graph: Graph) => graph.node('Cast', [call.tensor('index')], { to: INTEGER });

const argMax: Row = (call, graph) => {
  const at = graph.node('ArgMax', [call.tensor('x')], { axis: call.value<number>('axis'), keepdims: 1 });
  return graph.node('Cast', [at], { to: REAL });
};

const gather: Row = (call, graph) =>
  graph.node('GatherElements', [call.tensor('x'), positions(call, graph)], {
    axis: call.value<number>('axis'),
  });

/** Added to zeros. */
const scatterSum: Row = (call, graph) => {
  const zeros = graph.node('Expand', [graph.reals([0], []), graph.shape(call.out)]);
  return graph.node('ScatterElements', [zeros, positions(call, graph), call.tensor('x')], {
    axis: call.value<number>('axis'),
    reduction: { text: 'add' },
  });
};

export const indexing: Rows = { argMax, gather, scatterSum };
