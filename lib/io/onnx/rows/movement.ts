// Operations that move values.
import type { Row, Rows } from './row.js';

const reshape: Row = (call, graph) => graph.reshape(call.tensor('x'), call.out);

const expand: Row = (call, graph) => graph.node('Expand', [call.tensor('x'), graph.shape(call.out)]);

const permute: Row = (call, graph) =>
  graph.node('Transpose', [call.tensor('x')], { perm: call.value<number[]>('axes') });

/** Bounds may be multiples of the batch. */
const slice: Row = (call, graph) => {
  const bounds = ['start', 'end'].map((name) => graph.shape([call.number(name)]));
  const rest = [call.value<number>('axis'), ...(call.has('step') ? [call.value<number>('step')] : [])];
  return graph.node('Slice', [call.tensor('x'), ...bounds, ...rest.map((each) => graph.integers([each]))]);
};

const concat: Row = (call, graph) =>
  graph.node('Concat', call.list('parts'), { axis: call.value<number>('axis') });

/** A slice backwards, from the last entry to beyond the first. */
const flip: Row = (call, graph) => {
  const axes = call.value<number[]>('axes');
  const bounds = [-1, -(2 ** 31), -1].map((value) => graph.integers(axes.map(() => value)));
  const [start, end, step] = bounds;
  return graph.node('Slice', [call.tensor('x'), start, end, graph.integers(axes), step]);
};

/** Negative margins cut off. */
const pad: Row = (call, graph) => {
  const margins = [...call.value<number[]>('before'), ...call.value<number[]>('after')];
  const value = graph.reals([call.value<number>('value')], []);
  return graph.node('Pad', [call.tensor('x'), graph.integers(margins), value]);
};

export const movement: Rows = { reshape, expand, permute, slice, concat, flip, pad };
