// Broadcasting: how two operands are read by strides, so that neither is repeated in memory.
import { numel, type Plan, type Shape } from './spec.js';

/** The most axes, after neighbouring ones were merged, along which a kernel reads two operands. */
const MAX_AXES = 4;

/** An axis of the output with the elements between neighbours in each operand; 0 repeats. */
interface Axis {
  size: number;
  steps: number[];
}

/** The constants of a kernel on two operands: the size of the third axis from the end, and the strides. */
export type Strides = 'n' | 'a0' | 'a1' | 'a2' | 'a3' | 'b0' | 'b1' | 'b2' | 'b3';

/** Those of a kernel on three. */
export type Strides3 = Strides | 'c0' | 'c1' | 'c2' | 'c3';

/** The axes of the output, neighbours that are read as one merged, axes of size 1 dropped. The shapes must broadcast. */
function mergedAxes(shapes: readonly Shape[]): Axis[] {
  const axes: Axis[] = [];
  const next = shapes.map(() => 1);
  const rank = Math.max(...shapes.map(({ length }) => length));
  for (let back = 1; back <= rank; back++) {
    const sizes = shapes.map((shape) => shape[shape.length - back] ?? 1);
    const axis = { size: Math.max(...sizes), steps: sizes.map((size, i) => (size === 1 ? 0 : next[i])) };
    sizes.forEach((size, i) => {
      next[i] *= size;
    });
    const inner = axes.at(-1);
    if (axis.size === 1) continue;
    if (inner && axis.steps.every((step, i) => step === inner.steps[i] * inner.size)) inner.size *= axis.size;
    else axes.push(axis);
  }
  return axes.reverse();
}

/** Whether a kernel can read all operands by strides. */
export function fitsStrides(...shapes: readonly Shape[]): boolean {
  return shapes.every(({ length }) => length <= MAX_AXES) || mergedAxes(shapes).length <= MAX_AXES;
}

function commonShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)),
  );
}

/** The strides of each operand along the four axes, under its letter. */
function stridesOf(axes: readonly Axis[], operands: number): Record<Strides3, number> {
  const strides: Record<string, number> = { n: axes[1].size };
  for (let operand = 0; operand < operands; operand++) {
    axes.forEach(({ steps }, axis) => {
      strides[`${'abc'[operand]}${axis}`] = steps[operand];
    });
  }
  return strides;
}

/**
 * The plan of a kernel on two operands, or three, whose shapes broadcast: y[l, k, j, i] from a[l·a0 + k·a1 + j·a2 + i·a3],
 * and so b and c.
 */
export function broadcast(shapes: readonly Shape[]): Plan<Strides3> {
  const [first] = shapes;
  const equal = shapes.every((s) => s.length === first.length && s.every((size, i) => size === first[i]));
  const axes = equal ? [{ size: numel(first), steps: shapes.map(() => 1) }] : mergedAxes(shapes);
  while (axes.length < MAX_AXES) axes.unshift({ size: 1, steps: shapes.map(() => 0) });
  const [l, k, j, i] = axes;
  return {
    shape: equal ? first : commonShape(shapes),
    threads: equal ? [i.size] : [i.size, j.size, l.size * k.size],
    ints: { columns: i.size, rows: j.size, ...stridesOf(axes, shapes.length) },
  };
}
