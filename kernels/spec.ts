// What a kernel is: a name, one GPU.js function body, and a plan that turns input shapes into an output shape.
import { describe, OptionError } from './errors.js';

/** Sizes of a tensor's axes, outermost first. A scalar has shape []. */
export type Shape = readonly number[];

/** Flat, row-major values: what a kernel body reads. */
export type Flat = { readonly length: number; readonly [index: number]: number };

/** `this` inside a kernel body, as GPU.js provides it: the constants by name, integers first, then real numbers. */
export interface Thread<Ints extends string = never, Reals extends string = never> {
  thread: { x: number; y: number; z: number };
  constants: { readonly [name in Ints | Reals]: number };
}

/** What every plan has. */
interface AnyPlan {
  /** Shape of the output. */
  shape: Shape;
  /** Threads along x, y, z (x fastest); their product is the output's size. @default one flat row */
  threads?: readonly number[];
  /** Integers baked into the compiled kernel: sizes, strides, flags. */
  ints?: Readonly<Record<string, number>>;
  /** Real numbers baked into the compiled kernel: eps and its like. */
  reals?: Readonly<Record<string, number>>;
  /** Values that change from call to call (a learning rate), passed after the arrays. */
  scalars?: readonly number[];
  /** How many places the positions in an input or in the output tell apart; float32 numbers name 2²⁴ exactly. */
  positions?: number;
}

/** The most positions that float32 numbers tell apart. */
export const FLOAT32_POSITIONS = 2 ** 24;

/** Everything a device needs to run a kernel once: at least the constants that the body reads. */
export type Plan<Ints extends string = never, Reals extends string = never> = AnyPlan &
  ([Ints] extends [never] ? unknown : { ints: { readonly [name in Ints]: number } }) &
  ([Reals] extends [never] ? unknown : { reals: { readonly [name in Reals]: number } });

/** The attributes of a kernel that has none. */
export type NoAttrs = { readonly [name: string]: never };

/** A kernel: how one output element is computed, and what a call with given shapes and attributes needs. */
export interface Kernel<A = NoAttrs, Name extends string = string> {
  readonly name: Name;
  /** Computes the output element of its thread. `never[]` admits any parameter list. */
  readonly body: (this: Thread<string>, ...args: never[]) => number;
  plan(shapes: readonly Shape[], attrs: A): Plan;
}

/** A kernel whose attributes do not matter. */
export type AnyKernel = Kernel<never>;

/** The attributes of a kernel. */
export type AttrsOf<K> = K extends Kernel<infer A> ? A : never;

/** Attributes as the last parameter of a call: left out where a kernel demands none. */
export type AttrsArgument<A> = NoAttrs extends A ? [attrs?: A] : [attrs: A];

/** The kernels of mixgrad. */
const ours = new WeakSet<AnyKernel>();

/** Whether a kernel is one of mixgrad's, and no other of its name. */
export const isOurs = (kernel: AnyKernel): boolean => ours.has(kernel);

/** Makes a kernel of mixgrad. The compiler has checked the call; checked-kernel.ts is what users are given. */
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
  const made = { name, body: body as AnyKernel['body'], plan: plan as Kernel<A>['plan'] };
  ours.add(made);
  return made;
}

/** Number of elements of a shape. */
export function numel(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The plan of an elementwise kernel: the first input's shape, one thread per element.
 *
 * @example
 * ```js
 * import { elementwise, kernel, run, tensor } from 'mixgrad';
 *
 * const square = kernel(
 *   'square',
 *   function (x) {
 *     return x[this.thread.x] * x[this.thread.x];
 *   },
 *   elementwise,
 * );
 * console.log(await run(square, [tensor([[1, 2], [3, 4]])]).data());
 * ```
 * ```text
 * Float32Array(4) [ 1, 4, 9, 16 ]
 * ```
 */
export function elementwise(shapes: readonly Shape[]): Plan {
  if (!Array.isArray(shapes?.[0])) {
    throw new OptionError(`elementwise: shapes is ${describe(shapes)}, expected an array of shapes`);
  }
  return { shape: shapes[0] };
}

/** The threads of a plan along x, y and z. */
export function threadsOf(plan: Plan): [number, number, number] {
  const [x, y = 1, z = 1] = plan.threads ?? [numel(plan.shape)];
  return [x, y, z];
}
