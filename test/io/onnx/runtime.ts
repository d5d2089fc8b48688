// ONNX files in the runtime of their own makers, beside the model that they came from.
import * as ort from 'onnxruntime-web';
import type { Test } from 'tap';
import { exportOnnx, Module, type Shape, type Tensor, tensor } from '../../../lib/index.js';
import { normal } from '../../values.js';

ort.env.wasm.numThreads = 1;

/** How far an output may be from the model's, beside its largest value. */
export const TOLERANCE = 1e-5;

/** The batches that a file is run on, none of which it was made with. */
const BATCHES = [1, 5];

/** A function as a model. */
export class Apply extends Module {
  constructor(private readonly fn: (x: Tensor) => Tensor) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.fn(x);
  }
}

/** A file in the runtime. */
export const open = (file: Uint8Array) => ort.InferenceSession.create(file);

/** What a file computes of x. */
export async function ran(session: ort.InferenceSession, x: Tensor): Promise<ort.Tensor> {
  const input = new ort.Tensor('float32', Float32Array.from(await x.data()), [...x.shape]);
  return (await session.run({ input })).output;
}

/** How far one list of numbers is from another, beside the largest of that, or where that is 0 by itself. */
export function distance(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (values.length !== expected.length) return Infinity;
  const pairs = Array.from(expected, (value, i) => [value, values[i]]);
  const scale = Math.max(...pairs.map(([value]) => Math.abs(value))) || 1;
  return Math.max(...pairs.map(([value, other]) => Math.abs(value - other))) / scale;
}

/** Inputs of so many rows, the same for the same title. */
const drawn = (title: string, shape: Shape): Tensor => tensor(normal(shape, title), { shape });

/** Exports the model for inputs of this shape, and compares the file with it on other batches. Returns the file. */
export async function agrees(
  t: Test,
  title: string,
  model: Module,
  shape: Shape,
  draw = drawn,
): Promise<Uint8Array> {
  const file = await exportOnnx(model, { input: draw(title, shape) });
  const session = await open(file);
  model.eval();
  for (const batch of BATCHES) {
    const x = draw(`${title} of ${batch}`, shape.with(0, batch));
    const y = model.forward(x);
    const output = await ran(session, x);
    const off = distance(output.data as Float32Array, await y.data());
    t.ok(off < TOLERANCE, `${title}, batch ${batch}: off by ${off}`);
    t.same(output.dims, y.shape);
  }
  await session.release();
  return file;
}
