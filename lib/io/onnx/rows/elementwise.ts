// Elementwise operations: mostly one node each, which broadcasts as they do.
import type { Row, Rows } from './row.js';

const unary =
  (type: string): Row =>
  (call, graph) =>
    graph.node(type, [call.tensor('x')]);

const binary =
  (type: string): Row =>
  (call, graph) =>
    graph.node(type, [call.tensor('a'), call.tensor('b')]);

/** scale·x + shift */
const affine: Row = (call, graph) => {
  const [scale, shift] = [call.value<number>('scale'), call.value<number>('shift')];
  const x = call.tensor('x');
  if (scale === -1 && shift === 0) return graph.node('Neg', [x]);
  const scaled = scale === 1 ? x : graph.node('Mul', [x, graph.reals([scale], [])]);
  return shift === 0 && scaled !== x ? scaled : graph.node('Add', [scaled, graph.reals([shift], [])]);
};

export const elementwise: Rows = {
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('Div'),
  affine,
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  relu: unary('Relu'),
};
