// Batch, layer, group and instance normalization.
import type { Floats } from '../../../../kernels/devices/device.js';
import { OptionError } from '../../../errors.js';
import type { Call } from '../call.js';
import type { Graph } from '../graph.js';
import type { Size } from '../sizes.js';
import type { Row, Rows } from './row.js';

/** Means so many standard deviations from 0 are subtracted first: x·scale + shift would cancel. */
export const FAR = 8;

/** Whether some mean is far from 0 beside the root of its variance. */
export const isFar = (means: Floats, variances: Floats, added: number): boolean =>
  means.some((mean, i) => Math.abs(mean) > FAR * Math.sqrt(variances[i] + added));

/** [C] against x [N, C, …]. */
export const perChannel = (x: readonly Size[]) => [x[1] as number, ...x.slice(2).map(() => 1)];

const epsilon = (call: Call) => ({ epsilon: { real: call.value<number>('eps') } });

const batchNorm: Row = (call, graph) => {
  if (!call.has('running'))
    throw new OptionError(`exportOnnx: ${call.what} normalizes by the batch, expected running statistics`);
  const [scale, bias, variance] = ['weight', 'bias', 'running.1'].map((name) => call.tensor(name));
  const x = call.tensor('x');
  const means = call.values('running.0');
  if (!isFar(means, call.values('running.1'), call.value('eps'))) {
    return graph.node(
      'BatchNormalization',
      [x, scale, bias, call.tensor('running.0'), variance],
      epsilon(call),
    );
  }
  const centred = graph.node('Sub', [
    x,
    graph.reshape(call.tensor('running.0'), perChannel(call.shape('x'))),
  ]);
  const zeros = graph.reals(new Float32Array(means.length));
  return graph.node('BatchNormalization', [centred, scale, bias, zeros, variance], epsilon(call));
};

const layerNorm: Row = (call, graph) =>
  graph.node('LayerNormalization', [call.tensor('x'), call.tensor('weight'), call.tensor('bias')], {
    axis: -call.shape('weight').length,
    ...epsilon(call),
  });

const instanceNorm: Row = (call, graph) => {
  const inputs = [call.tensor('x'), call.tensor('weight'), call.tensor('bias')];
  return graph.node('InstanceNormalization', inputs, epsilon(call));
};

/** The groups are the channels of an instance normalization; γ and β belong to channels. */
const groupNorm: Row = (call, graph) => {
  const x = call.shape('x');
  const size = call.sizes('rows')[2] as number;
  const groups = (x.slice(1) as number[]).reduce((a, b) => a * b) / size;
  const grouped = graph.reshape(call.tensor('x'), [x[0], groups, size]);
  const [ones, zeros] = [1, 0].map((value) => graph.reals(new Float32Array(groups).fill(value)));
  const y = graph.node('InstanceNormalization', [grouped, ones, zeros], epsilon(call));
  return affine(call, graph, graph.reshape(y, x));
};

/** γ y + β with γ and β [C]. */
function affine(call: Call, graph: Graph, y: string): string {
  const [weight, bias] = ['weight', 'bias'].map((name) =>
    graph.reshape(call.tensor(name), perChannel(call.shape('x'))),
  );
  return graph.node('Add', [graph.node('Mul', [y, weight]), bias]);
}

export const normalizations: Rows = {
  batchNorm,
  ghostBatchNorm: batchNorm,
  layerNorm,
  groupNorm,
  instanceNorm,
};
