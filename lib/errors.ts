// The errors mixgrad throws: typed, and worded as op, property, what it got, what it expected.

/** The base of all errors that mixgrad raises on bad input. */
export class MixgradError extends Error {
  override name = 'MixgradError';
}

/** A tensor's shape, or an option that shapes depend on, does not fit the operation. */
export class ShapeError extends MixgradError {
  override name = 'ShapeError';
}

/** Tensors of different devices meet, or a device cannot do what is asked. */
export class DeviceError extends MixgradError {
  override name = 'DeviceError';
}

/** The tape is used out of turn: a released tensor, a consumed graph, a gradient that cannot be. */
export class TapeError extends MixgradError {
  override name = 'TapeError';
}

/** A file is missing, damaged or not of the expected layout. */
export class DataError extends MixgradError {
  override name = 'DataError';
}

/** An option has a value outside its range. */
export class OptionError extends MixgradError {
  override name = 'OptionError';
}
