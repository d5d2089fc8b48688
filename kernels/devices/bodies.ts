// The texts of kernel bodies, which GPU.js reads and translates.
import { kernels } from '../index.js';
import type { AnyKernel } from '../spec.js';
import texts from './bodies.text.js';

/** The text of a kernel's body. Those of mixgrad are kept as strings: a minifier rewrites functions, and leaves strings. */
export function textOf(kernel: AnyKernel): string {
  const ours = (kernels as Record<string, AnyKernel>)[kernel.name] === kernel;
  return ours ? texts[kernel.name] : kernel.body.toString();
}
