// The errors of the framework, over those of the kernels below it.
import { MixgradError } from '../kernels/errors.js';

export { DeviceError, MixgradError, OptionError } from '../kernels/errors.js';

/**
 * A tensor's shape, or an option that shapes depend on, does not fit the operation.
 *
 * @example
 * ```js
 * import { matmul, ShapeError, zeros } from 'mixgrad';
 *
 * try {
 *   matmul(zeros([2, 3]), zeros([2, 3]));
 * } catch (error) {
 *   console.log(error instanceof ShapeError, error.message);
 * }
 * ```
 * ```text
 * true matmul: a is [2, 3] with rows of 3, b is [2, 3] with columns of 2
 * ```
 */
export class ShapeError extends MixgradError {
  override name = 'ShapeError';
}

/**
 * The tape is used out of turn: a released tensor, a consumed graph, a gradient that cannot be.
 *
 * @example
 * ```js
 * import { TapeError, tensor } from 'mixgrad';
 *
 * try {
 *   tensor([1]).sum().backward();
 * } catch (error) {
 *   console.log(error instanceof TapeError, error.message);
 * }
 * ```
 * ```text
 * true backward: the tensor of shape [] does not require a gradient
 * ```
 */
export class TapeError extends MixgradError {
  override name = 'TapeError';
}

/**
 * A file is missing, damaged or not of the expected layout.
 *
 * @example
 * ```js
 * import { DataError, loadSafetensors } from 'mixgrad';
 *
 * try {
 *   loadSafetensors(new Uint8Array(4));
 * } catch (error) {
 *   console.log(error instanceof DataError, error.message);
 * }
 * ```
 * ```text
 * true safetensors: damaged: 4 bytes hold no header length, which takes 8
 * ```
 */
export class DataError extends MixgradError {
  override name = 'DataError';
}
