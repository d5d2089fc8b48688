// Mean curves of the arms, and what was measured of their layers.
import type { Point } from '../../report/draw/chart.js';
import { type Html, html, nothing } from '../../report/draw/html.js';
import { averaged, figure, figures } from '../../report/figure.js';
import { section, spread, spreadNote } from '../../report/section.js';
import type { Arm, Collected, LayerCurves } from '../collected.js';
import { byArm, pointsOf } from './arms.js';

/** Points in a curve of a layer, of those in another: there are many curves. */
const FEWER = 0.3;

/** Accuracy and loss of the arms, with the range over their runs. */
export function curvesSection({ arms, smoothing }: Collected): Html {
  const test = (['precise', 'running'] as const).flatMap((statistics) => [
    figure({
      ...{ title: `Test accuracy, ${statistics} statistics`, unit: ' %' },
      series: byArm(arms, ({ accuracy }) => pointsOf(accuracy[statistics], 100)),
    }),
    figure({
      title: `Test loss, ${statistics} statistics`,
      series: byArm(arms, ({ testLoss }) => pointsOf(testLoss[statistics])),
    }),
  ]);
  const smoothed =
    smoothing.updates > 1 ? ` Training loss is the mean of the last ${smoothing.updates} updates.` : '';
  const thin = `A curve has ${smoothing.points} points at most, a layer’s ${ofLayer(smoothing)}.`;
  const train = figure({
    title: 'Training loss',
    series: byArm(arms, ({ trainLoss }) => pointsOf(trainLoss)),
  });
  return section(
    'Curves',
    `Means over the runs of an arm, and bands from the least to the greatest of them.${smoothed} ${thin}`,
    figures([...test, train]),
  );
}

const ofLayer = ({ points }: Collected['smoothing']) => Math.ceil(FEWER * points);

/** What was measured of the layers: a line an arm. */
export function layersSection({ arms, smoothing }: Collected): Html {
  const all = [...new Set(arms.flatMap(({ layers }) => layers.map(({ layer }) => layer)))];
  if (all.length === 0) return nothing;
  return section(
    'Layers',
    `Means over the runs of an arm: the norm of the gradient of a layer’s input, the standard deviation of its output, and of
mixtures the entropy of the posteriors, the weights of the components and the likelihood after EM.${spreadNote(all)}`,
    html`${spread(all).map((name) => html`<h3>${name}</h3>${layerFigures(arms, name, ofLayer(smoothing))}`)}`,
  );
}

type OfLayer = (curves: LayerCurves) => readonly (number | null)[] | null;

function layerFigures(arms: readonly Arm[], name: string, most: number): Html {
  const chart = (title: string, of: OfLayer, more: object = {}) =>
    figure({
      title: `${title} of ${name}`,
      series: byArm(arms, (arm) => over(arm, name, of), most),
      ...more,
    });
  const isDead = arms.some((arm) => over(arm, name, ({ dead }) => dead).some(({ y }) => y > 0));
  return figures([
    chart('Gradient norm', ({ gradNorm }) => gradNorm, { log: true }),
    chart('Output deviation', ({ outputDeviation }) => outputDeviation, { include: [0] }),
    chart('Posterior entropy', ({ entropy }) => entropy, { include: [0] }),
    chart('Components explained by place', ({ place }) => place, { include: [0, 1] }),
    isDead ? chart('Dead components', ({ dead }) => dead, { include: [0] }) : nothing,
    chart(
      'Log-likelihood after EM',
      ({ logLikelihoods }) => logLikelihoods?.map((rounds) => rounds.at(-1)!) ?? null,
    ),
    ...weights(arms, name, most),
  ]);
}

/** A number of a layer of an arm, where it was recorded. */
function over({ layers }: Arm, name: string, of: OfLayer): Point[] {
  const found = layers.find(({ layer }) => layer === name);
  const values = (found && of(found)) ?? [];
  return values.flatMap((y, i) => (Number.isFinite(y) ? [{ x: found!.steps[i], y: y! }] : []));
}

/** The weights of the components: a picture an arm. */
function weights(arms: readonly Arm[], name: string, most: number): Html[] {
  return arms.map((arm, group) => {
    const count = arm.layers.find(({ layer }) => layer === name)?.weights?.[0]?.length ?? 0;
    const series = Array.from({ length: count }, (_, k) => ({
      ...({ name: `component ${k}`, color: k % 8, look: 'line', group } as const),
      points: averaged(
        over(arm, name, ({ weights }) => weights?.map((each) => each[k]) ?? null),
        most,
      ),
    }));
    return figure({ title: `Component weights of ${name}`, series, include: [0, 1] }, arm.name);
  });
}

/** Loss and gradient along the direction of an update, by arm. */
export function descentSection({ arms }: Collected): Html {
  const losses = byArm(arms, ({ descent }) =>
    (descent?.steps ?? []).flatMap((x, i) => {
      const [low, high] = [descent!.low[i], descent!.high[i]];
      // A file has null for what is not finite.
      return Number.isFinite(low) && Number.isFinite(high) ? [{ x, y: (low + high) / 2, low, high }] : [];
    }),
  );
  if (losses.length === 0) return nothing;
  const distances = byArm(arms, ({ descent }) =>
    (descent?.steps ?? []).flatMap((x, i) => {
      const y = descent!.gradientDistance[i];
      return Number.isFinite(y) ? [{ x, y }] : [];
    }),
  );
  return section(
    'Loss along the step',
    'Means over the runs of an arm. Bands: the least and the greatest loss of a batch along the direction of an update, and in their middle a line; and the greatest distance of its gradient there from that before the update.',
    figures([
      figure({ title: 'Loss along the step', series: losses }),
      figure({ title: 'Change of the gradient', series: distances, include: [0] }),
    ]),
  );
}
