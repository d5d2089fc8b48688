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

const convTranspose2d: Row = (call, graph) => {
  const { strides, dilations, kernel_shape, pads, ...rest } = geometry(call);
  /** What the output has beyond what the other sizes give. */
  const beyond = (axis: 0 | 1, size: number) => {
    const steps = (call.size('x', 2 + axis) - 1) * strides[axis];
    return size - (steps - 2 * pads[axis] + dilations[axis] * (kernel_shape[axis] - 1) + 1);
  };
  const output_padding = [beyond(0, call.value<number>('height')), beyond(1, call.value<number>('width'))];
  const attributes = { strides, dilations, kernel_shape, pads, output_padding, ...rest };
  return graph.node('ConvTranspose', [call.tensor('x'), call.tensor('weight')], attributes);
};

export const convolutions: Rows = { conv2d, convTranspose2d };
