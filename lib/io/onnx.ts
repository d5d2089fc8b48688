// Networks as ONNX files. What writes them is loaded when the first file is asked for.
import { OptionError } from '../errors.js';
import { Module } from '../nn/module.js';
import { describe, type Reader, readOptions } from '../options.js';
import type { Shape } from '../shape.js';
import { checkShape } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { runTwice } from './onnx/passes.js';

/** Options of exportOnnx. */
export interface OnnxOptions {
  /** An input of the model, or its shape. The first axis is the batch, which the file leaves open. */
  input: Tensor | Shape;
}

const input: Reader<Tensor | Shape | null> = {
  fallback: null,
  read(op, name, value) {
    if (!(value instanceof Tensor || Array.isArray(value))) {
      throw new OptionError(`${op}: ${name} is ${describe(value)}, expected a tensor or a shape`);
    }
    const shape = value instanceof Tensor ? value.shape : checkShape(op, value);
    if (shape.length > 0) return value;
    throw new OptionError(`${op}: ${name} has shape [], expected a batch, [N, …]`);
  },
};

/**
 * The bytes of an ONNX file (opset 17) that computes what the model computes in evaluation, for any size of the batch. The model
 * runs on two small batches of the input, and what its operations were is written: a choice that forward() makes by values
 * becomes what it was then. Weights keep the names of the state dictionary; input and output are called `input` and `output`.
 * @throws OptionError where model or input is none, an operation has no ONNX nodes, or a value depends on the size of the batch
 * @throws TapeError where forward() is async
 *
 * @example
 * ```js
 * import { exportOnnx, Linear, ReLU, Sequential } from 'mixgrad';
 *
 * const net = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
 * const file = await exportOnnx(net, { input: [1, 4] });
 * console.log(file instanceof Uint8Array, file.length > 200);
 * ```
 * ```text
 * true true
 * ```
 */
export async function exportOnnx(model: Module, options: OnnxOptions): Promise<Uint8Array> {
  if (!(model instanceof Module) || typeof model.forward !== 'function') {
    throw new OptionError(`exportOnnx: model is ${describe(model)}, expected a Module with a forward()`);
  }
  const { input: example } = readOptions('exportOnnx', options, { input });
  if (example === null) throw new OptionError('exportOnnx: input is missing, expected a tensor or a shape');
  const passes = await runTwice(model, example);
  try {
    const { fileOf } = await import('./onnx/export.js');
    return await fileOf(passes);
  } finally {
    passes.release();
  }
}
