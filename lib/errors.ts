// The errors of the framework, over those of the kernels below it.
import { MixgradError } from '../kernels/errors.js';

export { DeviceError, MixgradError, OptionError } from '../kernels/errors.js';

/** A tensor's shape, or an option that shapes depend on, does not fit the operation. */
export class ShapeError extends MixgradError {
  override name = 'ShapeError';
}

/** The tape is used out of turn: a released tensor, a consumed graph, a gradient that cannot be. */
export class TapeError extends MixgradError {
  override name = 'TapeError';
}

/** A file is missing, damaged or not of the expected layout. */
export class DataError extends MixgradError {
  override name = 'DataError';
}
