// Activations.
import type { Graph } from '../graph.js';
import { unary } from './elementwise.js';
import type { Row, Rows } from './row.js';

/** Where z is above this, log(1 + eᶻ) is z in float32. */
const STRAIGHT = 20;

const leakyRelu: Row = (call, graph) =>
  graph.node('LeakyRelu', [call.tensor('x')], { alpha: { real: call.value('negativeSlope') } });

const elu: Row = (call, graph) =>
  graph.node('Elu', [call.tensor('x')], { alpha: { real: call.value('alpha') } });

/** a by a number. */
const times = (graph: Graph, a: string, by: number) =>
  by === 1 ? a : graph.node('Mul', [a, graph.reals([by], [])]);

/** x·σ(linear·x + cubic·x³) */
const sigmoidGate: Row = (call, graph) => {
  const [linear, cubic] = [call.value<number>('linear'), call.value<number>('cubic')];
  const x = call.tensor('x');
  const square = () => times(graph, graph.node('Mul', [x, x]), cubic);
  const z =
    cubic === 0
      ? times(graph, x, linear)
      : graph.node('Mul', [x, graph.node('Add', [square(), graph.reals([linear], [])])]);
  return graph.node('Mul', [x, graph.node('Sigmoid', [z])]);
};

/** x/2·(1 + erf(x/√2)), or by a sigmoid. */
const gelu: Row = (call, graph) => {
  if (call.has('linear')) return sigmoidGate(call, graph);
  const x = call.tensor('x');
  const erf = graph.node('Erf', [times(graph, x, Math.SQRT1_2)]);
  return graph.node('Mul', [times(graph, x, 0.5), graph.node('Add', [erf, graph.reals([1], [])])]);
};

/** log(1 + e^(βx)) / β, but x where βx is above the threshold. */
const softplus: Row = (call, graph) => {
  const [beta, threshold] = [call.value<number>('beta'), call.value<number>('threshold')];
  const x = call.tensor('x');
  const z = times(graph, x, beta);
  const bent = times(graph, graph.node('Softplus', [z]), 1 / beta);
  if (threshold >= STRAIGHT) return bent;
  return graph.node('Where', [graph.node('Greater', [z, graph.reals([threshold], [])]), x, bent]);
};

export const activations: Rows = {
  relu: unary('Relu'),
  tanh: unary('Tanh'),
  sigmoid: unary('Sigmoid'),
  leakyRelu,
  elu,
  gelu,
  silu: sigmoidGate,
  softplus,
};
