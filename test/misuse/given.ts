// What the cases of misuse are made of: the library as plain JavaScript sees it, and values to misuse.
import * as mixgrad from '../../lib/index.js';
import { type MixgradError, Module, ones, openDevice, type Tensor, tensor } from '../../lib/index.js';

/** A call, the error it ends in, and its message. */
export type Misuse = readonly [
  call: () => unknown,
  error: new (message: string) => MixgradError,
  message: string | RegExp,
];

/** Cases by what they call, such as `sum` or `Tensor.sum`, and by what is wrong. */
export type Misuses = Record<string, Record<string, Misuse>>;

/** Anything, every property of which can be called. */
interface Js {
  [name: string]: (...args: unknown[]) => Js;
}

/** A value without its types. */
export const js = (value: object): Js => value as Js;
/** The functions of the library without their types. */
export const M = js(mixgrad);
/** An instance of one of its classes, from any arguments. */
export const make = (name: string, ...args: unknown[]): Js => Reflect.construct(M[name], args) as Js;
/** Sets a property that may have a setter. */
export const set = (value: object, name: string, to: unknown): boolean => Reflect.set(value, name, to);

export const other = await openDevice('gpujs-cpu');
export const closed = await openDevice('gpujs-cpu');
closed.close();

/** [[1, 2], [3, 4]] as a leaf. */
export const x = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
/** The same on another device. */
export const elsewhere = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { device: other },
  );
export const released = (shape: number[] = [2, 2]): Tensor => {
  const t = ones(shape);
  t.dispose();
  return t;
};
/** The output of a graph that backward() has used up. */
export const used = (): Tensor => {
  const y = x().mul(2).sum();
  y.backward();
  return y;
};
export const image = (): Tensor => tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] });

/** A module that gives back what it is given. */
export class Echo extends Module {
  forward(t: Tensor): Tensor {
    return t;
  }
}

/** Bytes of a safetensors file with this header. */
export function file(header: string): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
