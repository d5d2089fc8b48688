// Convolution and its transpose. Their bias is an addition of its own.
import type { Call } from '../call.js';
import type { Row, Rows } from './row.js';

type Pair = readonly [number, number];

function geometry(call: Call) {
  const [top, left] = call.value<Pair>('padding');
  return {
    kernel_shape: [call.size('weight', 2), call.size('weight', 3)],
    strides: call.value<Pair>('stride'),
    pads: [top, left, top, left],
    dilations: call.value<Pair>('dilation'),
    group: call.value<number>('groups'),
  };
}

const conv2d: Row = (call, graph) =>
  graph.node('Conv', [call.tensor('x'), call.tensor('weight')], geometry(call));

/** The output reaches beyond the other sizes by less than a stride, or it is cut and padded afterwards. */
const convTranspose2d: Row = (call, graph) => {
  const { strides, dilations, kernel_shape, pads, ...rest } = geometry(call);
  const inputs = [call.tensor('x'), call.tensor('weight')];
  /** What the output has beyond what the other sizes give. */
  const beyond = (axis: 0 | 1, size: number) => {
    const steps = (call.size('x', 2 + axis) - 1) * strides[axis];
    return size - (steps - 2 * pads[axis] + dilations[axis] * (kernel_shape[axis] - 1) + 1);
  };
  const output_padding = [beyond(0, call.value<number>('height')), beyond(1, call.value<number>('width'))];
  const attributes = { strides, dilations, kernel_shape, pads, output_padding, ...rest };
  if (output_padding.every((size, axis) => size < strides[axis])) {
    return graph.node('ConvTranspose', inputs, attributes);
  }
  const whole = { ...attributes, pads: [pads[0], pads[1], 0, 0], output_padding: [0, 0] };
  const margins = [...new Array(6).fill(0), output_padding[0] - pads[0], output_padding[1] - pads[1]];
  return graph.node('Pad', [graph.node('ConvTranspose', inputs, whole), graph.integers(margins)]);
};

export const convolutions: Rows = { conv2d, convTranspose2d };
