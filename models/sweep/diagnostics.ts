// What runs record of their layers and along their updates: means over the runs of an arm, by step.

import type { DescentMetric, LayerNumbers, LayersMetric, Metric } from '../run/metrics.js';
import { mean } from '../study/summary.js';
import type { DescentCurve, LayerCurves } from './collected.js';

/** By layer, in the order of the network. */
export function layersOf(runs: readonly (readonly Metric[])[]): LayerCurves[] {
  const steps = byStep<LayersMetric>(runs, 'layers');
  const names = new Set([...steps.values()].flat().flatMap(({ layers }) => Object.keys(layers)));
  return [...names].map((layer) => {
    const at = [...steps].map(([step, metrics]) => ({
      step,
      numbers: metrics.map(({ layers }) => layers[layer]).filter((numbers) => numbers !== undefined),
    }));
    const present = at.filter(({ numbers }) => numbers.length > 0);
    return curvesOf(
      layer,
      present.map(({ step }) => step),
      present.map(({ numbers }) => numbers),
    );
  });
}

function curvesOf(layer: string, steps: number[], numbers: readonly LayerNumbers[][]): LayerCurves {
  const values = (of: (numbers: LayerNumbers) => number | null | undefined) =>
    numbers.map((runs) => finiteMean(runs.map(of)));
  const lists = (of: (numbers: LayerNumbers) => number[] | undefined) =>
    numbers.map((runs) => {
      const length = Math.max(...runs.map((run) => of(run)?.length ?? 0));
      return Array.from({ length }, (_, i) => finiteMean(runs.map((run) => of(run)?.[i])));
    });
  const has = (name: keyof LayerNumbers) => numbers.flat().some((run) => run[name] !== undefined);
  return {
    layer,
    steps,
    gradNorm: values((run) => run.gradNorm),
    outputDeviation: values((run) => run.outputDeviation),
    weights: has('weights') ? lists((run) => run.weights) : null,
    entropy: has('entropy') ? values((run) => run.entropy) : null,
    place: has('place') ? values((run) => run.place) : null,
    dead: has('dead') ? values((run) => run.dead) : null,
    logLikelihoods: has('logLikelihoods') ? lists((run) => run.logLikelihoods) : null,
  };
}

/** Null where it was not recorded. A run in which a point is not finite is left out of the means at that step. */
export function descentOf(runs: readonly (readonly Metric[])[]): DescentCurve | null {
  const steps = byStep<DescentMetric>(runs, 'descent');
  if (steps.size === 0) return null;
  const over = (end: 'min' | 'max', of: 'loss' | 'gradientDistance') =>
    [...steps.values()].map((metrics) =>
      finiteMean(metrics.map(({ points }) => Math[end](...points.map((point) => point[of] ?? Number.NaN)))),
    );
  return {
    steps: [...steps.keys()],
    low: over('min', 'loss'),
    high: over('max', 'loss'),
    gradientDistance: over('max', 'gradientDistance'),
  };
}

/** The lines of one kind, of all runs, by their step in order. */
function byStep<M extends Metric>(runs: readonly (readonly Metric[])[], kind: M['kind']): Map<number, M[]> {
  const lines = runs.flat().filter((metric): metric is M => metric.kind === kind);
  const steps = new Map<number, M[]>();
  for (const metric of lines.toSorted((a, b) => a.step - b.step)) {
    if (steps.has(metric.step)) steps.get(metric.step)!.push(metric);
    else steps.set(metric.step, [metric]);
  }
  return steps;
}

/** The mean of those that are finite: JSON has null for what is not. */
function finiteMean(values: readonly (number | null | undefined)[]): number {
  return mean(values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]);
}
