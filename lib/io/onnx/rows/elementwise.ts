// Elementwise operations: mostly one node each, which broadcasts as they do.
import type { Row, Rows } from './row.js';

/** What values are cast to. */
const REAL = 1;
const TRUTH = 9;

export const unary =
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

/** The exponent is a tensor or a number. */
const pow: Row = (call, graph) => {
  const exponent = call.has('b') ? call.tensor('b') : graph.reals([call.value('exponent')], []);
  return graph.node('Pow', [call.tensor('a'), exponent]);
};

/** True and false are 1 and 0 in mixgrad. */
const comparison =
  (type: string, not = false): Row =>
  (call, graph) => {
    const found = binary(type)(call, graph);
    return graph.node('Cast', [not ? graph.node('Not', [found]) : found], { to: REAL });
  };

const where: Row = (call, graph) => {
  const condition = graph.node('Cast', [call.tensor('condition')], { to: TRUTH });
  return graph.node('Where', [condition, call.tensor('a'), call.tensor('b')]);
};

/** A bound that is infinite is left out. */
const clamp: Row = (call, graph) => {
  const bounds = ['min', 'max'].map((name) => {
    const bound = call.value<number>(name);
    return Number.isFinite(bound) ? graph.reals([bound], []) : '';
  });
  return graph.node('Clip', [call.tensor('x'), ...bounds]);
};

export const elementwise: Rows = {
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('Div'),
  affine,
  pow,
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  abs: unary('Abs'),
  sign: unary('Sign'),
  maximum: binary('Max'),
  minimum: binary('Min'),
  clamp,
  eq: comparison('Equal'),
  ne: comparison('Equal', true),
  lt: comparison('Less'),
  le: comparison('LessOrEqual'),
  gt: comparison('Greater'),
  ge: comparison('GreaterOrEqual'),
  where,
};
