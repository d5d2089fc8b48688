// Whether a tensor of a shape can be at all.
import type { Device } from '../../kernels/devices/device.js';
import { DeviceError, ShapeError } from '../errors.js';
import { format, numel, type Shape } from '../shape.js';

/** Positions are integers of 32 bits in engines and on GPUs. */
const MOST_ELEMENTS = 2 ** 31 - 1;

/** @throws ShapeError, DeviceError where a tensor of this shape has more elements, or bytes, than the device can hold */
export function checkRoom(op: string, shape: Shape, { name, dtype, limit }: Device): void {
  const elements = numel(shape);
  const bytes = elements * (dtype === 'float64' ? 8 : 4);
  if (elements <= MOST_ELEMENTS && bytes <= limit) return;
  if (!(elements <= MOST_ELEMENTS)) {
    throw new ShapeError(
      `${op}: shape ${format(shape)} has ${elements} elements, expected at most ${MOST_ELEMENTS}`,
    );
  }
  throw new DeviceError(
    `${op}: shape ${format(shape)} takes ${bytes} bytes, more than the ${limit} bytes of ${name}`,
  );
}
