// Broadcasting: how two operands are read by strides, so that neither is repeated in memory.
import { numel, type Plan, type Shape } from './spec.js';

/** The most axes, after neighbouring ones were merged, along which a kernel reads two operands. */
const MAX_AXES = 4;

/** An axis of the output with the elements between neighbours in each operand; 0 repeats. */
interface Axis {
  size: number;
  a: number;
  b: number;
}

/** The constants of a kernel on two operands: the size of the third axis from the end, and the strides. */
export type Strides = 'n' | 'a0' | 'a1' | 'a2' | 'a3' | 'b0' | 'b1' | 'b2' | 'b3';

/** The axes of the output, neighbours that are read as one merged, axes of size 1 dropped. The shapes must broadcast. */
function mergedAxes(a: Shape, b: Shape): Axis[] {
  const axes: Axis[] = [];
  let [stepA, stepB] = [1, 1];
  for (let back = 1; back <= Math.max(a.length, b.length); back++) {
    const [sizeA, sizeB] = [a[a.length - back] ?? 1, b[b.length - back] ?? 1];
    const axis = { size: Math.max(sizeA, sizeB), a: sizeA === 1 ? 0 : stepA, b: sizeB === 1 ? 0 : stepB };
    stepA *= sizeA;
    stepB *= sizeB;
    const inner = axes.at(-1);
    if (axis.size === 1) continue;
    if (inner && axis.a === inner.a * inner.size && axis.b === inner.b * inner.size) inner.size *= axis.size;
    else axes.push(axis);
  }
  return axes.reverse();
}

/** Whether a kernel can read both operands by strides. */
export function fitsStrides(a: Shape, b: Shape): boolean {
  return Math.max(a.length, b.length) <= MAX_AXES || mergedAxes(a, b).length <= MAX_AXES;
}

function commonShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1),
  );
}

/** The plan of a kernel on two operands whose shapes broadcast: y[l, k, j, i] from a[l·a0 + k·a1 + j·a2 + i·a3] and so b. */
export function broadcast([a, b]: readonly Shape[]): Plan<Strides> {
  const equal = a.length === b.length && a.every((size, axis) => size === b[axis]);
  if (equal) {
    const ints = { columns: numel(a), rows: 1, n: 1, a0: 0, a1: 0, a2: 0, a3: 1, b0: 0, b1: 0, b2: 0, b3: 1 };
    return { shape: a, threads: [numel(a)], ints };
  }
  const axes = mergedAxes(a, b);
  while (axes.length < MAX_AXES) axes.unshift({ size: 1, a: 0, b: 0 });
  const [l, k, j, i] = axes;
  return {
    shape: commonShape(a, b),
    threads: [i.size, j.size, l.size * k.size],
    ints: {
      columns: i.size,
      rows: j.size,
      n: k.size,
      a0: l.a,
      a1: k.a,
      a2: j.a,
      a3: i.a,
      b0: l.b,
      b1: k.b,
      b2: j.b,
      b3: i.b,
    },
  };
}
