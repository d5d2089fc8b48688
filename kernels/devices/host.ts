// Arrays in ordinary memory.
import { platform } from '#platform';
import { NoRoomError } from '../errors.js';
import type { Device, Floats } from './device.js';

/** Systems promise memory that they do not have, and end the process that uses it: large arrays ask first. */
const LARGE = 2 ** 24;
const SHARE = 0.9;

/**
 * An array of a device's number type: zeros, or a copy of values.
 * @throws NoRoomError in the name of `op` where ordinary memory is full
 */
export function hostArray(
  op: string,
  device: Pick<Device, 'name' | 'dtype' | 'limit' | 'memory'>,
  from: number | ArrayLike<number>,
): Floats {
  const { name, dtype, limit } = device;
  const bytes = (typeof from === 'number' ? from : from.length) * (dtype === 'float64' ? 8 : 4);
  const isFull = bytes >= LARGE && bytes > SHARE * platform.memoryLeft();
  if (isFull) throw new NoRoomError(op, `${name}, in ordinary memory`, bytes, device.memory().live, limit);
  try {
    return dtype === 'float64' ? new Float64Array(from as number) : new Float32Array(from as number);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new NoRoomError(op, `${name}, in ordinary memory`, bytes, device.memory().live, limit);
  }
}
