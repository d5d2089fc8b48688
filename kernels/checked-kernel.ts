// kernel: makes a kernel of a user's own, and says what is wrong with its parts.
import { describe, OptionError } from './errors.js';
import type { AnyKernel, Kernel, NoAttrs, Plan, Shape, Thread } from './spec.js';

/**
 * Makes a kernel. The body reads its constants from `this.constants` and its position from `this.thread`; the compiler
 * demands that the plan gives every constant that the body's `Thread` names.
 *
 * @example
 * ```js
 * import { kernel, run, tensor } from 'mixgrad';
 *
 * // y = x + shift
 * const shifted = kernel(
 *   'shifted',
 *   function (x, shift) {
 *     return x[this.thread.x] + shift;
 *   },
 *   ([x], { shift }) => ({ shape: x, scalars: [shift] }),
 * );
 * console.log(await run(shifted, [tensor([1, 2])], { shift: 10 }).data());
 * ```
 * ```text
 * Float32Array(2) [ 11, 12 ]
 * ```
 */
export function kernel<
  Name extends string,
  Ints extends string = never,
  Reals extends string = never,
  A = NoAttrs,
>(
  name: Name,
  body: (this: Thread<Ints, Reals>, ...args: never[]) => number,
  plan: (shapes: readonly Shape[], attrs: A) => Plan<Ints, Reals>,
): Kernel<A, Name> {
  const wrong =
    typeof name !== 'string' || name === '' || typeof body !== 'function' || typeof plan !== 'function';
  if (wrong) {
    throw new OptionError(
      `kernel: got ${[name, body, plan].map(describe).join(', ')}, expected a name, a body and a plan`,
    );
  }
  if (!isPlainFunction(body)) {
    throw new OptionError(
      `kernel: body of ${name} is ${describe(body)}, expected a plain function, such as function (x) { return x[this.thread.x]; }`,
    );
  }
  if (Object.prototype.toString.call(plan) !== '[object Function]') {
    throw new OptionError(`kernel: plan of ${name} is async or a generator, expected a plain function`);
  }
  return { name, body: body as AnyKernel['body'], plan: plan as Kernel<A>['plan'] };
}

/** Whether the text of a function is what GPU.js reads: no arrow function, which has no `this`, no method, nothing bound. */
function isPlainFunction(body: object): boolean {
  const text = Function.prototype.toString.call(body);
  return /^function\b(?!\s*\*)/.test(text) && !text.includes('[native code]');
}
