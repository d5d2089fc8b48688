// Reductions, positions along an axis, and matrix products. Positions are real numbers in mixgrad and integers in ONNX.
import type { Graph } from '../graph.js';
import type { Row, Rows } from './row.js';

const REAL = 1;
const INTEGER = 7;

/** Without axes ReduceSum would take all of them. */
const sum: Row = (call, graph) => {
  const axes = call.value<number[]>('axes');
  if (axes.length === 0) return graph.node('Identity', [call.tensor('x')]);
  return graph.node('ReduceSum', [call.tensor('x'), graph.integers(axes)], { keepdims: 0 });
};

const logSumExp: Row = (call, graph) =>
  graph.node('ReduceLogSumExp', [call.tensor('x')], { axes: [call.value<number>('axis')], keepdims: 1 });

const logSoftmax: Row = (call, graph) =>
  graph.node('LogSoftmax', [call.tensor('x')], { axis: call.value<number>('axis') });

const argMax: Row = (call, graph) => {
  const at = graph.node('ArgMax', [call.tensor('x')], { axis: call.value<number>('axis'), keepdims: 1 });
  return graph.node('Cast', [at], { to: REAL });
};

const gather: Row = (call, graph) => {
  const index = graph.node('Cast', [call.tensor('index')], { to: INTEGER });
  return graph.node('GatherElements', [call.tensor('x'), index], { axis: call.value<number>('axis') });
};

const transposed = (graph: Graph, x: string) => graph.node('Transpose', [x], { perm: [0, 2, 1] });

const matmul: Row = (call, graph) => {
  const [a, b] = [call.tensor('a'), call.tensor('b')];
  return graph.node('MatMul', [
    call.value('transA') ? transposed(graph, a) : a,
    call.value('transB') ? transposed(graph, b) : b,
  ]);
};

export const reductions: Rows = { sum, logSumExp, logSoftmax, argMax, gather, matmul };
