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
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return describeArray(value);
  const name = value.constructor?.name;
  return name && name !== 'Object' ? `a ${name}` : 'an object';
}

/** The names of an object of options. @throws OptionError for one that is not known, with the list of those there are */
export function checkNames(op: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`${op}: options is ${describe(options)}, expected an object`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new OptionError(`${op}: no option '${name}'; it has ${known.join(', ') || 'none'}`);
  }
}

/** Short arrays of plain values in full. */
function describeArray(value: readonly unknown[]): string {
  const flat = value.flat(4);
  const plain = flat.every((entry) => typeof entry !== 'object' || entry === null);
  return plain && flat.length <= 16 ? `[${value.map(describe)}]` : `an array of ${value.length}`;
}
