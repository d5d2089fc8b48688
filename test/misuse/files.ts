// Files of arrays and of networks.
import {
  DataError,
  DeviceError,
  defineOp,
  kernels,
  Module,
  OptionError,
  run,
  ShapeError,
  TapeError,
  type Tensor,
} from '../../lib/index.js';
import { Echo, M, type Misuses, released, x } from './given.js';

/** A network whose forward() is this function. */
class Net extends Module {
  constructor(private readonly fn: (x: Tensor) => unknown) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.fn(x) as Tensor;
  }
}

const exported = (fn: (x: Tensor) => unknown) => M.exportOnnx(new Net(fn), { input: [1, 2] });
const shout = defineOp('shout', { forward: ({ x }: { x: Tensor }) => x.exp(), vjp: { x: null } });

export const files: Misuses = {
  saveNpy: {
    nothing: [() => M.saveNpy(), OptionError, 'saveNpy: x is undefined, expected a tensor'],
    numbers: [() => M.saveNpy([1, 2]), OptionError, /^saveNpy: x is .*, expected a tensor/],
    'a released tensor': [() => M.saveNpy(released()), TapeError, /was disposed of/],
  },
  loadNpy: {
    nothing: [() => M.loadNpy(), DataError, /^npy: file is undefined, expected its bytes/],
    text: [() => M.loadNpy('a.npy'), DataError, /^npy: file is 'a.npy', expected its bytes/],
    'another file': [() => M.loadNpy(new Uint8Array(99)), DataError, /^npy: damaged: the file begins with/],
    'an unknown option': [
      () => M.loadNpy(new Uint8Array(9), { dtype: 'f4' }),
      OptionError,
      "loadNpy: no option 'dtype'; it has device",
    ],
    'no device': [() => M.loadNpy(new Uint8Array(9), { device: 'wasm' }), DeviceError, /^loadNpy: /],
  },
  exportOnnx: {
    nothing: [
      () => M.exportOnnx(),
      OptionError,
      'exportOnnx: model is undefined, expected a Module with a forward()',
    ],
    'a function': [
      () => M.exportOnnx((t: Tensor) => t),
      OptionError,
      /^exportOnnx: model is .*, expected a Module/,
    ],
    'no options': [() => M.exportOnnx(new Echo()), OptionError, /^exportOnnx: /],
    'no input': [
      () => M.exportOnnx(new Echo(), {}),
      OptionError,
      'exportOnnx: input is missing, expected a tensor or a shape',
    ],
    'an unknown option': [
      () => M.exportOnnx(new Echo(), { input: [1], opset: 9 }),
      OptionError,
      "exportOnnx: no option 'opset'; it has input",
    ],
    'an input of text': [
      () => M.exportOnnx(new Echo(), { input: '1,2' }),
      OptionError,
      "exportOnnx: input is '1,2', expected a tensor or a shape",
    ],
    'a shape of no integers': [
      () => M.exportOnnx(new Echo(), { input: [1, 0.5] }),
      ShapeError,
      /^exportOnnx: /,
    ],
    'no batch': [
      () => M.exportOnnx(new Echo(), { input: [] }),
      OptionError,
      'exportOnnx: input has shape [], expected a batch, [N, …]',
    ],
    'a released input': [() => M.exportOnnx(new Echo(), { input: released() }), TapeError, /was disposed of/],
    'a shape that the model refuses': [
      () => exported((t) => t.matmul(x().matmul(M.ones([2, 3]) as unknown as Tensor)).matmul(x())),
      ShapeError,
      /^matmul: /,
    ],
    'an operation without nodes': [
      () => exported((t) => shout({ x: t })),
      OptionError,
      /^exportOnnx: shout has no ONNX nodes/,
    ],
    'a kernel by itself': [
      () => exported((t) => run(kernels.exp, [t])),
      OptionError,
      /^exportOnnx: kernel exp has no ONNX nodes/,
    ],
    'an async forward()': [() => exported(async (t) => t), TapeError, /^exportOnnx: the function is async/],
    'an output that is no tensor': [
      () => exported(() => 1),
      OptionError,
      'exportOnnx: forward() returned 1, expected a tensor',
    ],
    'statistics of the batch': [
      () => exported((t) => M.batchNorm(t, { training: true })),
      OptionError,
      'exportOnnx: batchNorm normalizes by the batch, expected running statistics',
    ],
    'a number of the batch': [
      () => exported((t) => t.mul(t.shape[0])),
      OptionError,
      'exportOnnx: scale of affine depends on the size of the batch',
    ],
    'a mean over the batch': [
      () => exported((t) => t.mean(0)),
      OptionError,
      'exportOnnx: b of div depends on the size of the batch, expected a constant',
    ],
    'other operations for another batch': [
      () => exported((t) => (t.shape[0] === 2 ? t.exp() : t.relu())),
      OptionError,
      'exportOnnx: operation 0 is exp for a batch of 2 and relu for one of 3, expected the same',
    ],
    'sizes that are no multiples of the batch': [
      () => exported((t) => t.slice(0, 1)),
      OptionError,
      /^exportOnnx: .* is \[1, 2\] for a batch of 2 and \[2, 2\] for one of 3, expected multiples of the batch/,
    ],
  },
};
