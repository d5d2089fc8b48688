// The errors that devices and checked options raise: typed, and worded as op, property, what it got, what it expected.

/**
 * The base of all errors that mixgrad raises on bad input.
 *
 * @example
 * ```js
 * import { MixgradError, tensor } from 'mixgrad';
 *
 * try {
 *   tensor([[1, 2], [3]]);
 * } catch (error) {
 *   console.log(error instanceof MixgradError, `${error.name}: ${error.message}`);
 * }
 * ```
 * ```text
 * true ShapeError: tensor: rows differ in length along axis 1 of [2, 2]
 * ```
 */
export class MixgradError extends Error {
  override name = 'MixgradError';
}

/**
 * Tensors of different devices meet, or a device cannot do what is asked.
 *
 * @example
 * ```js
 * import { add, DeviceError, openDevice, tensor } from 'mixgrad';
 *
 * try {
 *   add(tensor([1, 2]), tensor([3, 4], { device: await openDevice('reference') }));
 * } catch (error) {
 *   console.log(error instanceof DeviceError, error.message);
 * }
 * ```
 * ```text
 * true add: tensors on wasm and reference, expected one device
 * ```
 */
export class DeviceError extends MixgradError {
  override name = 'DeviceError';
}

/**
 * An option has a value outside its range.
 *
 * @example
 * ```js
 * import { OptionError, sum, zeros } from 'mixgrad';
 *
 * try {
 *   sum(zeros([2]), { dim: 0 });
 * } catch (error) {
 *   console.log(error instanceof OptionError, error.message);
 * }
 * ```
 * ```text
 * true sum: no option 'dim'; it has axis, keepDims
 * ```
 */
export class OptionError extends MixgradError {
  override name = 'OptionError';
}

/** Memory is full: what asks for it may make room and ask again. */
export class NoRoomError extends DeviceError {
  constructor(
    op: string,
    readonly where: string,
    readonly bytes: number,
    readonly used: number,
    readonly limit: number,
  ) {
    super(
      `${op}: no room for ${bytes} bytes on ${where}, with ${used} bytes in use of at most ${limit}; ` +
        'use a smaller batch, or let go of tensors that are no longer needed',
    );
  }

  /** The same, said of another operation. */
  of(op: string): NoRoomError {
    return new NoRoomError(op, this.where, this.bytes, this.used, this.limit);
  }
}

/** A value as an error names it. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
  try {
    if (typeof value === 'function') return `the function ${nameOf(value) || 'without a name'}`;
    if (Array.isArray(value)) return describeArray([...value]);
    const name = nameOf(value.constructor);
    return name && name !== 'Object' ? `a ${name}` : 'an object';
  } catch {
    return 'an object that cannot be read'; // a Proxy, or one with getters that throw
  }
}

function nameOf(value: unknown): string {
  const { name } = (value ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : '';
}

/**
 * A copy of an object of options, for which each getter ran once; nothing stands for none.
 * @throws OptionError unless it is a plain object of known names, with the list of those there are
 */
export function optionsOf(op: string, given: unknown, known: readonly string[]): Record<string, unknown> {
  const options = copyOf(op, given);
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return options;
  const names = unknown.map((name) => `'${name}'`).join(' or ');
  throw new OptionError(`${op}: no option ${names}; it has ${known.join(', ') || 'none'}`);
}

function copyOf(op: string, given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  try {
    if (isRecord(given)) return { ...given };
  } catch (cause) {
    throw new OptionError(`${op}: its options are an object that cannot be read, expected values`, { cause });
  }
  throw new OptionError(
    `${op}: its options are ${describe(given)}, expected an object such as { name: value }`,
  );
}

/** Whether a value is a plain object: no array, Map, promise or instance of another class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Short arrays of plain values in full. */
function describeArray(value: readonly unknown[]): string {
  const flat = value.flat(4);
  const plain = flat.every((entry) => typeof entry !== 'object' || entry === null);
  return plain && flat.length <= 16 ? `[${value.map(describe)}]` : `an array of ${value.length}`;
}
