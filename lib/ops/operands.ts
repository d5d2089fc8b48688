// How operations are made of a kernel and its gradient rules: on one tensor, on operands that broadcast, with attributes.
import { fitsStrides } from '../../kernels/broadcast.js';
import type { AttrsArgument, Kernel, NoAttrs, Shape } from '../../kernels/spec.js';
import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import { broadcastShapes, sameShape } from '../shape.js';
import { defineOp, type RuleContext } from '../tape/op.js';
import { checkTensors, run, shapesOf } from '../tape/run.js';
import { scalar } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { expand, sumTo } from './broadcast.js';

/** A tensor, or a number that applies to every element. */
export type Operand = Tensor | number;

interface Pair {
  a: Tensor;
  b: Tensor;
}
type PairRule = (context: RuleContext<Pair, Tensor>) => Tensor;

/** An operation on two tensors of shapes that broadcast; what a rule returns is summed to its operand's shape. */
export function binary<A = NoAttrs>(
  name: string,
  kernel: Kernel<A>,
  rules: { a: PairRule; b: PairRule } | null,
  ...attrs: AttrsArgument<A>
) {
  const op = defineOp<Pair, Tensor>(name, {
    forward: ({ a, b }) => runBroadcast(name, kernel, [a, b], ...attrs),
    vjp: {
      a: rules && ((context) => sumTo(rules.a(context), context.a.shape)),
      b: rules && ((context) => sumTo(rules.b(context), context.b.shape)),
    },
  });
  return (a: Operand, b: Operand): Tensor => {
    const pair = { a: operand(name, 'a', a, b), b: operand(name, 'b', b, a) };
    if (!sameShape(pair.a.shape, pair.b.shape)) broadcastShapes(name, pair.a.shape, pair.b.shape);
    return op(pair);
  };
}

/** Runs a kernel that reads its operands by strides; where they have too many axes for it, they are expanded. */
export function runBroadcast<A>(
  name: string,
  kernel: Kernel<A>,
  operands: readonly Tensor[],
  ...attrs: AttrsArgument<A>
): Tensor {
  const shapes = shapesOf(operands);
  if (fitsStrides(...shapes)) return run(kernel, operands, ...attrs);
  const shape = commonShape(name, shapes);
  return run(
    kernel,
    operands.map((t) => expand(t, shape)),
    ...attrs,
  );
}

/** The shape that shapes broadcast to. @throws ShapeError where they do not */
export function commonShape(op: string, shapes: readonly Shape[]): Shape {
  return shapes.reduce((a, b) => broadcastShapes(op, a, b));
}

/** A tensor as it is; a number as a scalar on the other operand's device. */
export function operand(op: string, name: string, value: unknown, other: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number' && other instanceof Tensor) return scalar(value, other.device);
  const expected = typeof value === 'number' ? 'one of a and b to be a tensor' : 'a tensor or a number';
  throw new OptionError(`${op}: ${name} is ${describe(value)}, expected ${expected}`);
}

type UnaryRule = (context: Omit<RuleContext<{ x: Tensor }, Tensor>, 'shared'>) => Tensor;

/** An operation on one tensor that a kernel without attributes computes; a fused rule has a twin. */
export function unary(name: string, kernel: Kernel<NoAttrs>, rule: UnaryRule, twin?: UnaryRule) {
  const op = defineOp(name, {
    forward: ({ x }: { x: Tensor }): Tensor => run(kernel, [x]),
    vjp: { x: rule },
    twins: twin ? { x: twin } : {},
  });
  return (x: Tensor): Tensor => {
    checkTensors(name, { x });
    return op({ x });
  };
}
