// Making tensors from values.
import type { Device } from '../../kernels/devices/device.js';
import { OptionError, ShapeError } from '../errors.js';
import { anything, describe, flag, isIntegers, type Reader, readOptions } from '../options.js';
import { format, numel, type Shape } from '../shape.js';
import { checkDevice, currentDevice } from './device.js';
import { checkRoom } from './room.js';
import { Storage } from './storage.js';
import { Tensor } from './tensor.js';

/** Values, nested to any depth; every level holds entries of one length. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** Values that are read by strides, as tensor.ndarray() returns them. */
export interface Strided {
  readonly data: ArrayLike<number> | Store;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** Options for making a tensor. */
export interface TensorOptions {
  /** Shape of flat data; nested data tells its own. */
  shape?: Shape;
  /** @default the current device */
  device?: Device | null;
  /** @default false */
  requiresGrad?: boolean;
}

/** Reads the option `device`. */
export const deviceOption: Reader<Device | null> = {
  fallback: null,
  read(op, _name, value) {
    checkDevice(op, value);
    return value;
  },
};

const fillOptions = { device: deviceOption, requiresGrad: flag(false) };
const tensorOptions = { ...fillOptions, shape: anything<Shape | undefined>(undefined) };

/**
 * Makes a tensor from nested or flat values or an ndarray, which are copied.
 * @throws ShapeError where nested rows differ in length or flat data does not fill the shape, OptionError where a value is
 * no number.
 *
 * @example
 * ```js
 * import { tensor } from 'mixgrad';
 *
 * const nested = tensor([[1, 2, 3], [4, 5, 6]]);
 * const flat = tensor(new Float32Array([1, 2, 3, 4]), { shape: [2, 2], requiresGrad: true });
 * console.log(nested.shape, flat.shape, flat.requiresGrad);
 * ```
 * ```text
 * [ 2, 3 ] [ 2, 2 ] true
 * ```
 */
export function tensor(values: NestedNumbers | Strided, options: TensorOptions = {}): Tensor {
  const { device, requiresGrad, shape: wanted } = readOptions('tensor', options, tensorOptions);
  const on = device ?? currentDevice();
  const strided = isStrided(values);
  const found = strided ? checkShape('tensor', values.shape) : shapeOf(values);
  const shape = checkShape('tensor', wanted ?? found);
  checkRoom('tensor', shape, on);
  if (numel(shape) !== numel(found)) {
    throw new ShapeError(`tensor: ${numel(found)} values do not fill shape ${format(shape)}`);
  }
  const flat = strided ? inOrder(values) : isTyped(values) ? values : flatten(values, found);
  return new Tensor(shape, Storage.fromHost('tensor', on, flat), requiresGrad);
}

/**
 * A tensor filled with one value.
 * @throws ShapeError unless the shape has integers of at least 1, OptionError where the value is no number
 *
 * @example
 * ```js
 * import { full } from 'mixgrad';
 *
 * console.log(await full([3], 0.5).data());
 * ```
 * ```text
 * Float32Array(3) [ 0.5, 0.5, 0.5 ]
 * ```
 */
export function full(shape: Shape, value: number, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return filled('full', shape, value, options);
}

/**
 * A tensor filled with one value: {@link full} under the name that initial values have.
 * @throws ShapeError unless the shape has integers of at least 1, OptionError where the value is no number
 *
 * @example
 * ```js
 * import { init } from 'mixgrad';
 *
 * console.log(await init.constant([2], 0.1).data());
 * ```
 * ```text
 * Float32Array(2) [ 0.10000000149011612, 0.10000000149011612 ]
 * ```
 */
export function constant(shape: Shape, value: number, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return filled('constant', shape, value, options);
}

/**
 * A tensor of zeros.
 * @throws ShapeError unless the shape has integers of at least 1
 *
 * @example
 * ```js
 * import { zeros } from 'mixgrad';
 *
 * const x = zeros([2, 3]);
 * console.log(x.size, await x.sum().item());
 * ```
 * ```text
 * 6 0
 * ```
 */
export function zeros(shape: Shape, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return filled('zeros', shape, 0, options);
}

/**
 * A tensor of ones.
 * @throws ShapeError unless the shape has integers of at least 1
 *
 * @example
 * ```js
 * import { ones } from 'mixgrad';
 *
 * const x = ones([2, 3]);
 * console.log(x.size, await x.sum().item());
 * ```
 * ```text
 * 6 6
 * ```
 */
export function ones(shape: Shape, options: Omit<TensorOptions, 'shape'> = {}): Tensor {
  return filled('ones', shape, 1, options);
}

function filled(op: string, shape: Shape, value: number, options: Omit<TensorOptions, 'shape'>): Tensor {
  const { device, requiresGrad } = readOptions(op, options, fillOptions);
  const checked = checkShape(op, shape);
  if (typeof value !== 'number')
    throw new OptionError(`${op}: value is ${describe(value)}, expected a number`);
  const on = device ?? currentDevice();
  checkRoom(op, checked, on);
  return new Tensor(checked, Storage.filled(op, on, numel(checked), value), requiresGrad);
}

/** One value without axes, of which nothing needs to be checked. */
export function scalar(value: number, device: Device): Tensor {
  return new Tensor([], Storage.fromHost('scalar', device, [value]));
}

/** A frozen copy of the shape. @throws ShapeError unless it is an array of integers of at least 1 */
export function checkShape(op: string, shape: unknown): Shape {
  if (!isIntegers(shape, 1)) {
    throw new ShapeError(`${op}: shape is ${describe(shape)}, expected integers of at least 1`);
  }
  return Object.freeze([...shape]);
}

function isList(values: unknown): values is ArrayLike<NestedNumbers> {
  if (Array.isArray(values)) return true;
  return ArrayBuffer.isView(values) && 'length' in values && !/^Big/.test(values.constructor.name);
}

function isTyped(values: unknown): values is Float64Array {
  return ArrayBuffer.isView(values) && isList(values);
}

/** ndarray's generic store, as tensor.ndarray() has one. */
interface Store {
  readonly length: number;
  get(index: number): number;
}

function isStore(values: unknown): values is Store {
  const { get, length } = (values ?? {}) as Partial<Store>;
  return typeof get === 'function' && Number.isInteger(length);
}

function isStrided(values: unknown): values is Strided {
  const { data, shape, stride, offset } = (values ?? {}) as Partial<Strided>;
  return (
    (isList(data) || isStore(data)) &&
    Array.isArray(shape) &&
    Array.isArray(stride) &&
    Number.isInteger(offset)
  );
}

/** The values in row-major order. */
function inOrder({ data, shape, stride, offset }: Strided): Float64Array {
  const position = [...shape].fill(0);
  return Float64Array.from({ length: numel(shape) }, () => {
    const at = position.reduce((at, i, axis) => at + i * stride[axis], offset);
    const value = isStore(data) ? data.get(at) : data[at];
    if (typeof value !== 'number') {
      throw new OptionError(
        `tensor: the value at ${format(position)} of an ndarray is ${describe(value)}, expected a number`,
      );
    }
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis] === shape[axis]; axis--)
      position[axis] = 0;
    return value;
  });
}

/** As many as PyTorch takes. An array inside itself goes past any limit. */
const MOST_AXES = 64;

function shapeOf(values: unknown): number[] {
  const shape: number[] = [];
  for (let part = values; isList(part); part = part[0]) {
    shape.push(part.length);
    if (shape.length > MOST_AXES) {
      throw new ShapeError(`tensor: arrays are nested more than ${MOST_AXES} deep, expected numbers in them`);
    }
    if (part.length === 0 || ArrayBuffer.isView(part)) break;
  }
  return shape;
}

function hintFor(part: unknown): string {
  const isBig = typeof part === 'bigint' || (ArrayBuffer.isView(part) && /^Big/.test(part.constructor.name));
  return isBig ? '; Array.from(values, Number) makes numbers of BigInts' : '';
}

function flatten(values: NestedNumbers, shape: Shape): Float64Array {
  const out = new Float64Array(numel(shape));
  let at = 0;
  const visit = (part: unknown, axis: number): void => {
    const list = isList(part);
    if (!list && typeof part !== 'number') {
      throw new OptionError(
        `tensor: a value is ${describe(part)}, expected numbers in arrays nested evenly${hintFor(part)}`,
      );
    }
    if (list ? part.length !== shape[axis] : axis !== shape.length) {
      throw new ShapeError(`tensor: rows differ in length along axis ${axis} of ${format(shape)}`);
    }
    if (!list) out[at++] = part as number;
    else for (let i = 0; i < part.length; i++) visit(part[i], axis + 1);
  };
  visit(values, 0);
  return out;
}
