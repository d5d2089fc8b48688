// Activations, powers and comparisons. What is true or false in ONNX is 1 or 0 in mixgrad.
import type { Graph } from '../graph.js';
import { binary, unary } from './elementwise.js';
import type { Row, Rows } from './row.js';

const REAL = 1;
const TRUTH = 9;

/** A node on x with one real attribute, which is the argument `name`. */
const withReal =
  (type: string, attribute: string, name: string): Row =>
  (call, graph) =>
    graph.node(type, [call.tensor('x')], { [attribute]: { real: call.value<number>(name) } });

const number = (graph: Graph, value: number) => graph.reals([value], []);

/** ½ x (1 + erf(x/√2)) */
const gelu: Row = (call, graph) => {
  const x = call.tensor('x');
  const erf = graph.node('Erf', [graph.node('Mul', [x, number(graph, Math.SQRT1_2)])]);
  const half = graph.node('Mul', [x, number(graph, 0.5)]);
  return graph.node('Mul', [half, graph.node('Add', [erf, number(graph, 1)])]);
};

/** log(1 + e^(βx)) / β, and x beyond the threshold. */
const softplus: Row = (call, graph) => {
  const x = call.tensor('x');
  const beta = number(graph, call.value<number>('beta'));
  const scaled = graph.node('Mul', [x, beta]);
  const y = graph.node('Div', [graph.node('Softplus', [scaled]), beta]);
  const isBeyond = graph.node('Greater', [scaled, number(graph, call.value<number>('threshold'))]);
  return graph.node('Where', [isBeyond, x, y]);
};

/** aᵇ, b a tensor or a number. */
const pow: Row = (call, graph) => {
  const exponent = call.has('b') ? call.tensor('b') : number(graph, call.value<number>('exponent'));
  return graph.node('Pow', [call.tensor('a'), exponent]);
};

const comparison =
  (type: string): Row =>
  (call, graph) =>
    graph.node('Cast', [binary(type)(call, graph)], { to: REAL });

const ne: Row = (call, graph) =>
  graph.node('Cast', [graph.node('Not', [binary('Equal')(call, graph)])], { to: REAL });

const where: Row = (call, graph) => {
  const condition = graph.node('Cast', [call.tensor('condition')], { to: TRUTH });
  return graph.node('Where', [condition, call.tensor('a'), call.tensor('b')]);
};

const clamp: Row = (call, graph) => {
  const bounds = ['min', 'max'].map((name) => number(graph, call.value<number>(name)));
  return graph.node('Clip', [call.tensor('x'), ...bounds]);
};

export const activations: Rows = {
  abs: unary('Abs'),
  sign: unary('Sign'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  leakyRelu: withReal('LeakyRelu', 'alpha', 'negativeSlope'),
  elu: withReal('Elu', 'alpha', 'alpha'),
  gelu,
  softplus,
  pow,
  maximum: binary('Max'),
  minimum: binary('Min'),
  eq: comparison('Equal'),
  ne,
  lt: comparison('Less'),
  le: comparison('LessOrEqual'),
  gt: comparison('Greater'),
  ge: comparison('GreaterOrEqual'),
  where,
  clamp,
};
