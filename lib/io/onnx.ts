// Networks as ONNX files. What writes them is loaded when the first file is asked for.
import type { Module } from '../nn/module.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Options of exportOnnx. */
export interface OnnxOptions {
  /** An input of the model, or its shape. The first axis is the batch, which the file leaves open. */
  input: Tensor | Shape;
}

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
  const { exportModel } = await import('./onnx/export.js');
  return exportModel(model, options);
}
