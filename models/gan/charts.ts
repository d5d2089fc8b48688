// The curves of a GAN's report.
import { looks } from '../report/curves.js';
import type { Point, Series } from '../report/draw/chart.js';
import type { Html } from '../report/draw/html.js';
import { averaged, figure } from '../report/figure.js';
import type { DistanceMetric, GanMetric } from '../run/metrics.js';

/** Fields of updates over the steps, neighbours averaged, one line each. */
export function updateCurves(
  metrics: readonly GanMetric[],
  fields: Record<string, keyof GanMetric>,
  title: string,
): Html {
  const series = Object.entries(fields).map(([name, field], color): Series => {
    const points = averaged(metrics.map((metric) => ({ x: metric.step, y: Number(metric[field]) })));
    return { name, points, color, look: 'line' };
  });
  return figure({ title, series, include: [0] });
}

/** A distance over the steps by each kind of statistics, of the kernel distance with the deviation of a subset, and the floor. */
export function distanceCurves(
  metrics: readonly DistanceMetric[],
  of: 'frechet' | 'kid',
  title: string,
): Html {
  const pointOf = ({ step, [of]: y, kidDeviation: spread }: DistanceMetric): Point =>
    of === 'kid' ? { x: step, y, low: y - spread, high: y + spread } : { x: step, y };
  const measured = (['running', 'precise'] as const).map(
    (by): Series => ({
      name: `${by} statistics`,
      points: metrics.filter(({ statistics }) => statistics === by).map(pointOf),
      ...looks[by],
    }),
  );
  const floor = metrics.map(({ step, floor }) => ({ x: step, y: floor[of] }));
  const series: Series[] = [...measured, { name: 'test images', points: floor, color: 0, look: 'thin' }];
  return figure({ title, series: series.filter(({ points }) => points.length > 0), include: [0] });
}
