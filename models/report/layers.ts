// What was measured of the normalization layers over the steps, and of the loss along them.
import type { DescentMetric, LayerNumbers, LayersMetric, Metric } from '../run/metrics.js';
import type { Point, Series } from './draw/chart.js';
import { type Html, nothing } from './draw/html.js';
import { short } from './draw/scale.js';
import { averaged, figure, figures } from './figure.js';
import { missing, section, spread, spreadNote } from './section.js';

/** The layers of all metrics, in their order. */
export function namesOf(metrics: readonly LayersMetric[]): string[] {
  return [...new Set(metrics.flatMap(({ layers }) => Object.keys(layers)))];
}

/** A number of a layer over the steps, where it was recorded. */
export function over(
  metrics: readonly LayersMetric[],
  name: string,
  of: (numbers: LayerNumbers) => number | null | undefined,
): Point[] {
  const points = metrics.flatMap(({ step, layers }) => {
    const y = layers[name] && of(layers[name]);
    return isNumber(y) ? [{ x: step, y }] : [];
  });
  return averaged(points);
}

/** What is not finite is null after it was in a file. */
const isNumber = (value: unknown): value is number => Number.isFinite(value);

const placeNote = '1 where the place in the image decides which component a pixel belongs to';

/** Gradient norms, deviations, entropies, what the place explains, and dead components, a line a layer. */
export function layersSection(metrics: readonly Metric[]): Html {
  const layers = metrics.filter((metric) => metric.kind === 'layers');
  const all = namesOf(layers);
  if (all.length === 0) return missing('Layers', 'Nothing was recorded of the normalization layers.');
  const series = (of: (numbers: LayerNumbers) => number | undefined): Series[] =>
    spread(all)
      .map((name, i): Series => ({ name, points: over(layers, name, of), color: i, look: 'line' }))
      .filter(({ points }) => points.length > 0);
  const entropies = series(({ entropy }) => entropy);
  const dead = series((numbers) => numbers.dead);
  const charts = [
    figure({ title: 'Gradient norm', series: series(({ gradNorm }) => gradNorm), log: true }),
    figure({ title: 'Output deviation', series: series((of) => of.outputDeviation), include: [0] }),
    figure({ title: 'Posterior entropy', series: entropies, include: [0] }, entropyNote(layers)),
    figure(
      { title: 'Components explained by place', series: series(({ place }) => place), include: [0, 1] },
      placeNote,
    ),
    someDead(dead) ? figure({ title: 'Dead components', series: dead, include: [0] }) : nothing,
  ];
  const alive = dead.length > 0 && !someDead(dead) ? ' No component fell to the floor of its weight.' : '';
  return section(
    'Layers',
    `By normalization layer: the norm of the gradient of its input, the standard deviation of its output,
and of mixtures the mean entropy of the posteriors, and how much of the components the place explains.${alive}${spreadNote(all)}`,
    figures(charts),
  );
}

const someDead = (series: readonly Series[]) => series.some(({ points }) => points.some(({ y }) => y > 0));

function entropyNote(metrics: readonly LayersMetric[]): string {
  const mixtures = metrics.flatMap(({ layers }) => Object.values(layers));
  const most = Math.max(0, ...mixtures.map(({ weights }) => weights?.length ?? 0));
  return most === 0 ? '' : `in nats; ln ${most} = ${short(Math.log(most), 3)} where all components are alike`;
}

/** How the loss and its gradient vary along the direction of an update. */
export function descentSection(metrics: readonly Metric[]): Html {
  const descents = metrics.filter((metric) => metric.kind === 'descent');
  if (descents.length === 0) return nothing;
  const series = (name: string, points: Point[]): Series[] => [
    { name, points: averaged(points), color: 0, look: 'line' },
  ];
  const losses = descents.flatMap((metric) => ranged(metric, ({ loss }) => loss));
  const distances = descents.flatMap((metric) => ranged(metric, (point) => point.gradientDistance));
  const rates = descents.flatMap(({ points }) => points.map(({ rate }) => rate));
  return section(
    'Loss along the step',
    `The batch’s loss at points along the direction of an update, from ${short(Math.min(...rates))} to
${short(Math.max(...rates))} times its length, and how far its gradient is there from that before the update. Line: the mean
of the points; band: from the least to the largest.`,
    figures([
      figure({ title: 'Loss along the step', series: series('loss', losses) }),
      figure({ title: 'Change of the gradient', series: series('distance', distances), include: [0] }),
    ]),
  );
}

/** The mean and the range of a number over the points of a step. */
function ranged(
  { step, points }: DescentMetric,
  of: (point: DescentMetric['points'][number]) => number | null,
): Point[] {
  const values = points.map(of).filter(isNumber);
  if (values.length === 0) return [];
  const y = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [{ x: step, y, low: Math.min(...values), high: Math.max(...values) }];
}
