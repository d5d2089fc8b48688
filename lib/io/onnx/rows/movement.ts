// Operations that move values.
import type { Row, Rows } from './row.js';

/** Before the first entry of any axis. */
const BEFORE_ALL = -(2 ** 31);

const reshape: Row = (call, graph) => graph.reshape(call.tensor('x'), call.out);

const expand: Row = (call, graph) => graph.node('Expand', [call.tensor('x'), graph.shape(call.out)]);

const permute: Row = (call, graph) =>
  graph.node('Transpose', [call.tensor('x')], { perm: call.value<number[]>('axes') });

/** Bounds may be multiples of the batch. */
const slice: Row = (call, graph) => {
  const bounds = ['start', 'end'].map((name) => graph.shape([call.number(name)]));
  const [axis, step] = ['axis', 'step'].map((name) => call.value<number>(name));
  const steps = step === 1 ? [] : [graph.integers([step])];
  return graph.node('Slice', [call.tensor('x'), ...bounds, graph.integers([axis]), ...steps]);
};

/** A slice that goes backwards. */
const flip: Row = (call, graph) => {
  const axes = call.value<number[]>('axes');
  if (axes.length === 0) return graph.node('Identity', [call.tensor('x')]);
  const [starts, ends, steps] = [-1, BEFORE_ALL, -1].map((value) => graph.integers(axes.map(() => value)));
  return graph.node('Slice', [call.tensor('x'), starts, ends, graph.integers(axes), steps]);
};

const concat: Row = (call, graph) =>
  graph.node('Concat', call.list('parts'), { axis: call.value<number>('axis') });

/** Margins below 0 cut off; they may be multiples of the batch. */
const pad: Row = (call, graph) => {
  const margins = [...call.sizes('before'), ...call.sizes('after')];
  return graph.node('Pad', [
    call.tensor('x'),
    graph.shape(margins),
    graph.reals([call.value<number>('value')], []),
  ]);
};

export const movement: Rows = { reshape, expand, permute, slice, flip, concat, pad };
