// Arrays in ordinary memory.
import { NoRoomError } from '../errors.js';
import type { Device, Floats } from './device.js';

/**
 * An array of a device's number type: zeros, or a copy of values.
 * @throws NoRoomError in the name of `op` where ordinary memory is full
 */
export function hostArray(
  op: string,
  { name, dtype, limit, memory }: Pick<Device, 'name' | 'dtype' | 'limit' | 'memory'>,
  from: number | ArrayLike<number>,
): Floats {
  try {
    return dtype === 'float64' ? new Float64Array(from as number) : new Float32Array(from as number);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const bytes = (typeof from === 'number' ? from : from.length) * (dtype === 'float64' ? 8 : 4);
    throw new NoRoomError(op, name, bytes, memory().live, limit);
  }
}
