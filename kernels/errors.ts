// The errors that devices and checked options raise: typed, and worded as op, property, what it got, what it expected.

/** The base of all errors that mixgrad raises on bad input. */
export class MixgradError extends Error {
  override name = 'MixgradError';
}

/** Tensors of different devices meet, or a device cannot do what is asked. */
export class DeviceError extends MixgradError {
  override name = 'DeviceError';
}

/** An option has a value outside its range. */
export class OptionError extends MixgradError {
  override name = 'OptionError';
}
