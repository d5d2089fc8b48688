// The texts of kernel bodies, which GPU.js reads and translates.
import { DeviceError } from '../errors.js';
import { type AnyKernel, isOurs } from '../spec.js';
import texts from './bodies.text.js';
import { uniqueNames } from './unique-names.js';

/**
 * The text of a kernel's body. Those of mixgrad are kept as strings, which no minifier rewrites; of others the text is what
 * a minifier has left of it.
 * @throws DeviceError where it is no function expression
 */
export function textOf(kernel: AnyKernel): string {
  try {
    return uniqueNames(isOurs(kernel) ? texts[kernel.name] : kernel.body.toString());
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new DeviceError(
      `${kernel.name}: GPU.js cannot read its body, expected a function expression: ${message}`,
    );
  }
}
