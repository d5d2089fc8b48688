// What a kernel is: one GPU.js function body, and a plan that turns input shapes into an output shape.

/** Sizes of a tensor's axes, outermost first. A scalar has shape []. */
export type Shape = readonly number[];

/** Flat, row-major numbers: what a kernel body reads. */
export type Flat = { readonly length: number; readonly [index: number]: number };

/** `this` inside a kernel body, as GPU.js provides it. */
export interface Thread {
  thread: { x: number; y: number; z: number };
  constants: Record<string, number>;
}

/** A kernel body: computes the one output element of its thread. `never[]` admits any parameter list. */
export type Body = (this: Thread, ...args: never[]) => number;

/** Options of a kernel call: sizes and numbers, never tensors. */
export type Attrs = Readonly<Record<string, number>>;

/** Everything a device needs to run a kernel once. */
export interface Plan {
  /** Shape of the output. */
  shape: Shape;
  /** Threads along x, y, z (x fastest); their product is the output's size. Default: one flat row. */
  threads?: readonly number[];
  /** Whole numbers baked into the kernel: sizes, strides, flags. */
  ints?: Record<string, number>;
  /** Real numbers baked into the kernel: eps and its like. */
  reals?: Record<string, number>;
  /** Numbers that change from call to call (a learning rate), passed after the arrays. */
  scalars?: readonly number[];
}

/** A kernel: its body and its plan. */
export interface KernelSpec {
  body: Body;
  plan(shapes: readonly Shape[], attrs: Attrs): Plan;
}

/** Number of elements of a shape. */
export function numel(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The plan of an elementwise kernel: the first input's shape, one thread per element. */
export function elementwise(shapes: readonly Shape[]): Plan {
  return { shape: shapes[0] };
}

/** The threads of a plan along x, y and z. */
export function threadsOf(plan: Plan): [number, number, number] {
  const [x, y = 1, z = 1] = plan.threads ?? [numel(plan.shape)];
  return [x, y, z];
}
