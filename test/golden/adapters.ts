// Calls each operation as its golden cases describe it. An operation that is not exported is reported, not failed.
import * as mixgrad from '../../lib/index.js';
import { type Device, type EmResult, type Tensor, tensor } from '../../lib/index.js';
import { type GoldenCase, type Numbers, readNumbers } from './fixtures.js';

/** What an adapter is given: the case, its inputs as tensors, and the device. */
export interface Call {
  attrs: Attrs;
  inputs: Record<string, Tensor>;
  golden: GoldenCase;
  device: Device;
}

/** A case's options, as JSON gave them. */
type Attrs = Record<string, unknown>;
/** An operation found by its name: what it takes and returns is for the adapter to know. */
type Exported = (...args: unknown[]) => unknown;

type Outputs = Record<string, Tensor>;
type Adapter = (fn: Exported, call: Call) => Outputs | Promise<Outputs>;

/** The only output of most operations. */
const y = (result: unknown): Outputs => ({ y: result as Tensor });

/** An operation's adapter and the export it calls; undefined where the library does not have it. */
export function findAdapter(op: string): ((call: Call) => Outputs | Promise<Outputs>) | undefined {
  const name = classNames[op] ?? op;
  const exported = (mixgrad as Record<string, unknown>)[name];
  if (typeof exported !== 'function') return undefined;
  const adapter = adapters[op];
  if (!adapter) throw new Error(`${op}: the library exports it, and no golden adapter says how to call it`);
  return (call) => adapter(exported as Exported, call);
}

/** The operations that have an adapter. */
export const adaptedOps = () => Object.keys(adapters);

const classNames: Record<string, string> = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW', rmsprop: 'RMSprop' };

const unary: Adapter = (fn, { inputs: { x } }) => y(fn(x));
const binary: Adapter = (fn, { inputs: { a, b }, attrs }) => y(fn(a, b ?? attrs.b));
const withAttr =
  (name: string): Adapter =>
  (fn, { inputs: { x }, attrs }) =>
    y(fn(x, attrs[name]));
const withOptions: Adapter = (fn, { inputs: { x }, attrs }) => y(fn(x, attrs));
const pool: Adapter = (fn, { inputs: { x }, attrs: { kernelSize, ...rest } }) => y(fn(x, kernelSize, rest));
const convolution: Adapter = (fn, { inputs: { x, weight, bias }, attrs }) =>
  y(fn(x, weight, bias ?? null, attrs));

const adapters: Record<string, Adapter> = {
  ...{ relu: unary, exp: unary, log: unary, sqrt: unary, neg: unary },
  ...{ sigmoid: unary, tanh: unary, softplus: unary, gelu: unary },
  ...{ add: binary, sub: binary, mul: binary, div: binary, matmul: binary, maximum: binary },
  ...{ sum: withOptions, mean: withOptions, max: withOptions },
  ...{ conv2d: convolution, convTranspose2d: convolution, maxPool2d: pool, avgPool2d: pool },
  argMax: withAttr('axis'),
  logSoftmax: withAttr('axis'),
  softmax: withAttr('axis'),
  permute: withAttr('axes'),
  reshape: withAttr('shape'),
  expand: withAttr('shape'),
  pow: withAttr('exponent'),
  leakyRelu: withAttr('negativeSlope'),
  logSumExp: (fn, { inputs: { x }, attrs: { axis, ...rest } }) => y(fn(x, [axis].flat()[0], rest)),
  take: (fn, { inputs: { x }, attrs: { index, axis } }) => y(fn(x, index, axis)),
  concat: (fn, { inputs: { a, b }, attrs: { axis } }) => y(fn([a, b], axis)),
  crossEntropy: (fn, { inputs: { logits }, attrs: { labels, ...rest } }) => y(fn(logits, labels, rest)),
  batchNorm: (fn, { inputs: { x, weight, bias }, attrs, device }) => {
    const running = Object.fromEntries(
      ['runningMean', 'runningVar']
        .filter((key) => attrs[key])
        .map((key) => [key, tensor(attrs[key] as number[], { device })]),
    );
    return { ...y(fn(x, { ...attrs, ...running, weight, bias })), ...running };
  },
  mixtureNorm: (fn, { inputs: { x, weight, bias }, attrs: { init, ...rest }, device }) =>
    fn(x, { ...rest, weight, bias, init: mixture(init, device), minWeight: 0 }) as Outputs,
  emFit: (fn, { inputs: { x }, attrs: { init, ...rest }, device }) => {
    const { logLikelihoods, ...fit } = fn(x, { ...rest, init: mixture(init, device) }) as EmResult;
    return { ...fit, meanLogLikelihood: logLikelihoods.at(-1)! };
  },
  ...{ sgd: trajectory, adam: trajectory, adamw: trajectory, rmsprop: trajectory },
};

function mixture(init: unknown, device: Device): Outputs {
  const made = (key: string) => toTensor(readNumbers(`init.${key}`, (init as Attrs)[key]), device);
  return { weights: made('weights'), means: made('means'), variances: made('variances') };
}

/** The parameters after each step, the gradients set by hand. */
async function trajectory(Optimizer: Exported, { golden, attrs, device }: Call): Promise<Outputs> {
  const { w0, gradients } = golden.inputs;
  const w = tensor(w0.data, { shape: w0.shape, device, requiresGrad: true });
  const options = Object.entries(attrs).map(([key, value]) => [camelCase(key), value]);
  const optimizer = Reflect.construct(Optimizer, [[w], Object.fromEntries(options)]) as { step(): void };
  const rows: number[] = [];
  for (let step = 0; step < gradients.shape[0]; step++) {
    w.grad = tensor(gradients.data.slice(step * w.size, (step + 1) * w.size), { device });
    optimizer.step();
    rows.push(...(await w.data()));
  }
  return { trajectory: tensor(rows, { shape: gradients.shape, device }) };
}

const camelCase = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

export function toTensor({ data, shape }: Numbers, device: Device, requiresGrad = false): Tensor {
  return tensor(data, { shape, device, requiresGrad });
}
