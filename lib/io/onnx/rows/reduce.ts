// Reductions and matrix products.
import type { Graph } from '../graph.js';
import type { Row, Rows } from './row.js';

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

const softmax: Row = (call, graph) =>
  graph.node('Softmax', [call.tensor('x')], { axis: call.value<number>('axis') });

/** Σ (x − mean)² / divisor, with the axes kept. Without axes the mean is x. */
const variance: Row = (call, graph) => {
  const axes = call.value<number[]>('axes');
  const x = call.tensor('x');
  const mean = axes.length === 0 ? x : graph.node('ReduceMean', [x], { axes, keepdims: 1 });
  const off = graph.node('Sub', [x, mean]);
  const squares =
    axes.length === 0
      ? graph.node('Mul', [off, off])
      : graph.node('ReduceSumSquare', [off], { axes, keepdims: 1 });
  return graph.node('Div', [squares, graph.reals([call.value('divisor')], [])]);
};

/** Means and variances [2, N, C] of x [N, C, S]. */
const moments: Row = (call, graph) => {
  const over = { axes: [2], keepdims: 1 };
  const x = call.tensor('x');
  const mean = graph.node('ReduceMean', [x], over);
  const off = graph.node('Sub', [x, mean]);
  const squares = graph.node('ReduceMean', [graph.node('Mul', [off, off])], over);
  return graph.node('Transpose', [graph.node('Concat', [mean, squares], { axis: 2 })], { perm: [2, 0, 1] });
};

const transposed = (graph: Graph, x: string) => graph.node('Transpose', [x], { perm: [0, 2, 1] });

const matmul: Row = (call, graph) => {
  const [a, b] = [call.tensor('a'), call.tensor('b')];
  return graph.node('MatMul', [
    call.value('transA') ? transposed(graph, a) : a,
    call.value('transB') ? transposed(graph, b) : b,
  ]);
};

export const reductions: Rows = { sum, variance, moments, logSumExp, softmax, logSoftmax, matmul };
