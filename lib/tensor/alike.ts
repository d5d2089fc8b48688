// Whether one tensor can stand for another.
import type { Device } from '../../kernels/devices/device.js';
import { DeviceError, ShapeError } from '../errors.js';
import { format, type Shape, sameShape } from '../shape.js';

interface Like {
  readonly shape: Shape;
  readonly device: Device;
}

/** @throws ShapeError, DeviceError unless both have one shape and one device */
export function checkAlike(name: string, got: Like, expected: Like): void {
  if (!sameShape(got.shape, expected.shape)) {
    throw new ShapeError(`${name}: its shape is ${format(got.shape)}, expected ${format(expected.shape)}`);
  }
  if (got.device !== expected.device) {
    throw new DeviceError(`${name}: it is on ${got.device.name}, expected ${expected.device.name}`);
  }
}
