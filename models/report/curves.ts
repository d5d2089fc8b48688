// Loss, accuracy and speed over the steps.
import type { EvalMetric, Metric, Statistics, TrainMetric } from '../run/metrics.js';
import type { Look, Point, Series } from './draw/chart.js';
import { type Html, nothing } from './draw/html.js';
import { averaged, figure, figures } from './figure.js';
import { missing, section } from './section.js';

/** The colour and the signs of an evaluation. */
export const looks: Record<Statistics, { color: number; look: Look }> = {
  running: { color: 1, look: 'dots' },
  precise: { color: 2, look: 'diamonds' },
};

/** Curves of training batches and of the test set. */
export function curvesSection(metrics: readonly Metric[]): Html {
  const train = metrics.filter((metric) => metric.kind === 'train');
  if (train.length === 0) return missing('Loss and accuracy', 'No step was made.');
  const evals = metrics.filter((metric) => metric.kind === 'eval');
  const accuracies = seriesOf(train, evals, ({ accuracy }) => 100 * accuracy);
  const charts = [
    figure({ title: 'Loss', series: seriesOf(train, evals, ({ loss }) => loss), include: [0] }),
    figure({ title: 'Accuracy', series: accuracies, include: [0], unit: ' %' }),
    figure({ title: 'Images a second', series: [speedOf(train)], include: [0] }),
    rates(train),
  ];
  return section(
    'Loss and accuracy',
    `Training batches as they were seen${sampled(train.length)}, and the test set by what the norms evaluate with:
the running statistics of training, or precise ones, taken over training batches with the weights as they are.`,
    figures(charts),
  );
}

const sampled = (count: number) => {
  const each = Math.ceil(count / averaged(Array.from({ length: count }, (_, x) => ({ x, y: 0 }))).length);
  return each > 1 ? `, each point the mean of ${each}` : '';
};

function seriesOf(
  train: readonly TrainMetric[],
  evals: readonly EvalMetric[],
  value: (metric: TrainMetric | EvalMetric) => number,
): Series[] {
  const points = (of: readonly (TrainMetric | EvalMetric)[]): Point[] =>
    of.map((metric) => ({ x: metric.step, y: value(metric) }));
  const tests = (['running', 'precise'] as const).map(
    (by): Series => ({
      name: `test, ${by} statistics`,
      points: points(evals.filter(({ statistics }) => statistics === by)),
      ...looks[by],
    }),
  );
  const batches: Series = {
    name: 'training batches',
    points: averaged(points(train)),
    color: 0,
    look: 'thin',
  };
  return [batches, ...tests.filter((one) => one.points.length > 0)];
}

const speedOf = (train: readonly TrainMetric[]): Series => ({
  name: 'images a second',
  points: averaged(train.map(({ step, images_per_s }) => ({ x: step, y: images_per_s }))),
  color: 3,
  look: 'thin',
});

/** The learning rate where it changes. */
function rates(train: readonly TrainMetric[]): Html {
  const changes = train.some(({ lr }) => lr !== train[0].lr);
  const points = averaged(train.map(({ step, lr }) => ({ x: step, y: lr })));
  const series: Series[] = [{ name: 'learning rate', points, color: 4, look: 'thin' }];
  return changes ? figure({ title: 'Learning rate', series, include: [0] }) : nothing;
}
