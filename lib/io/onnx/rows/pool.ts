// Poolings. The padding at the end is what the windows need: so the output's size is right in either rounding.
import type { Call } from '../call.js';
import type { Row, Rows } from './row.js';

type Pair = readonly [number, number];
const AXES = [0, 1] as const;

function windows(call: Call) {
  const [kernel, stride, padding, output] = ['kernelSize', 'stride', 'padding', 'outputSize'].map((name) =>
    call.value<Pair>(name),
  );
  const input = AXES.map((axis) => call.size('x', 2 + axis));
  const ends = AXES.map((axis) =>
    Math.max(0, (output[axis] - 1) * stride[axis] + kernel[axis] - input[axis] - padding[axis]),
  );
  const attributes = { kernel_shape: kernel, strides: stride, pads: [...padding, ...ends] };
  return { attributes, kernel, stride, padding, output, input };
}

const maxPool2d: Row = (call, graph) => graph.node('MaxPool', [call.tensor('x')], windows(call).attributes);

/** Where a window hangs over the padding it is divided by what lies inside: ONNX divides by all of it. */
const avgPool2d: Row = (call, graph) => {
  const { attributes, kernel, stride, padding, output, input } = windows(call);
  const countPad = call.value<boolean>('countPad');
  const count_include_pad = Number(countPad);
  const y = graph.node('AveragePool', [call.tensor('x')], { ...attributes, count_include_pad });
  const [rows, columns] = AXES.map((axis) =>
    Array.from({ length: output[axis] }, (_, i) => {
      const start = i * stride[axis] - padding[axis];
      return Math.min(start + kernel[axis], input[axis] + padding[axis]) - start;
    }),
  );
  const shares = rows.flatMap((row) => columns.map((column) => (kernel[0] * kernel[1]) / (row * column)));
  if (!countPad || shares.every((share) => share === 1)) return y;
  return graph.node('Mul', [y, graph.reals(shares, [1, 1, ...output])]);
};

export const pools: Rows = { maxPool2d, avgPool2d };
