// Operations that move values.
import type { Row, Rows } from './row.js';

const reshape: Row = (call, graph) => graph.reshape(call.tensor('x'), call.out);

const expand: Row = (call, graph) => graph.node('Expand', [call.tensor('x'), graph.shape(call.out)]);

const permute: Row = (call, graph) =>
  graph.node('Transpose', [call.tensor('x')], { perm: call.value<number[]>('axes') });

/** Bounds may be multiples of the batch. */
const slice: Row = (call, graph) => {
  const bounds = ['start', 'end'].map((name) => graph.shape([call.number(name)]));
  return graph.node('Slice', [call.tensor('x'), ...bounds, graph.integers([call.value<number>('axis')])]);
};

const concat: Row = (call, graph) =>
  graph.node('Concat', call.list('parts'), { axis: call.value<number>('axis') });

export const movement: Rows = { reshape, expand, permute, slice, concat };
