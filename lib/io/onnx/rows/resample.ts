// Images of another size.
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';
import type { Row, Rows } from './row.js';

/** One axis of the images: its number, and its sizes. */
interface Axis {
  axis: number;
  from: number;
  to: number;
}

const axesOf = (call: Call): Axis[] =>
  call.value<number[]>('size').map((to, i) => ({ axis: 2 + i, from: call.size('x', 2 + i), to }));

/** [from, to]: what each cell takes of each entry, all that it overlaps alike. */
function shares({ from, to }: Axis): Float64Array {
  return Float64Array.from({ length: from * to }, (_, i) => {
    const [entry, cell] = [Math.floor(i / to), i % to];
    const [start, end] = [Math.floor((cell * from) / to), Math.ceil(((cell + 1) * from) / to)];
    return entry >= start && entry < end ? 1 / (end - start) : 0;
  });
}

/** Cells side by side are windows; others are products with the shares of rows and of columns. */
const adaptiveAvgPool2d: Row = (call, graph) => {
  const x = call.tensor('x');
  const [rows, columns] = axesOf(call);
  if ([rows, columns].every(({ from, to }) => from % to === 0)) {
    const window = [rows.from / rows.to, columns.from / columns.to];
    return graph.node('AveragePool', [x], { kernel_shape: window, strides: window });
  }
  const across = graph.node('MatMul', [x, graph.reals(shares(columns), [columns.from, columns.to])]);
  const turned = graph.reals(shares(rows), [rows.from, rows.to]);
  return graph.node('MatMul', [graph.node('Transpose', [turned], { perm: [1, 0] }), across]);
};

/** The entries nearest to the cells of an axis. */
function nearest(graph: Graph, x: string, { axis, from, to }: Axis): string {
  if (from === to) return x;
  const index = Array.from({ length: to }, (_, cell) => Math.floor((cell * from) / to));
  return graph.node('Gather', [x, graph.integers(index)], { axis });
}

/** Whole factors are resized; other quotients may be rounded below a whole number there, and are looked up. */
const upsample: Row = (call, graph) => {
  const x = call.tensor('x');
  const axes = axesOf(call);
  const factors = axes.map(({ from, to }) => to / from);
  if (!factors.every(Number.isInteger)) return axes.reduce((y, axis) => nearest(graph, y, axis), x);
  return graph.node('Resize', [x, '', graph.reals([1, 1, ...factors])], {
    mode: { text: 'nearest' },
    nearest_mode: { text: 'floor' },
    coordinate_transformation_mode: { text: 'asymmetric' },
  });
};

export const resamplings: Rows = { adaptiveAvgPool2d, upsample };
