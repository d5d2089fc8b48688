// The fields of a line of metrics, side by side.
import type { Metric } from '../run/metrics.js';

/** Fields by name; what lies within others is named by the way there: `norm3/weights/0`, `loss/0.5`. */
export type Fields = [name: string, value: unknown][];

/** The fields of a line. Of a descent, a point's name is its rate. */
export function fieldsOf(metric: Metric): Fields {
  const { kind, step, epoch } = metric;
  const place: Fields = Object.entries({ kind, step, epoch });
  if (kind === 'layers') return [...place, ...flatten(metric.layers)];
  if (kind !== 'descent') return flatten(metric);
  const points = metric.points.map(({ rate, ...numbers }) => [rate, numbers] as const);
  const names = ['loss', 'gradientDistance'] as const;
  return [
    ...place,
    ...names.flatMap((name) => points.map(([rate, found]) => [`${name}/${rate}`, found[name]])),
  ] as Fields;
}

function flatten(value: object, way = ''): Fields {
  return Object.entries(value).flatMap(
    ([key, part]): Fields =>
      typeof part === 'object' && part !== null ? flatten(part, `${way}${key}/`) : [[`${way}${key}`, part]],
  );
}
