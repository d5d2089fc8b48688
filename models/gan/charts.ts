// The curves of a GAN's report, as SVG text.
import { parseHTML } from '#linkedom';
import * as Plot from '#plot';
import type { DistanceMetric, GanMetric } from '../run/metrics.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Points in a curve of updates: more are averaged. */
const POINTS = 300;
const COLOURS = ['#2a78b8', '#c33', '#3a8f4d'];

/** Fields of updates over the steps, neighbours averaged, one line each. */
export function updateCurves(
  metrics: GanMetric[],
  fields: Record<string, keyof GanMetric>,
  y: string,
): string {
  const names = Object.keys(fields);
  const points = averaged(metrics).flatMap((group) =>
    names.map((name) => ({ step: group.at(-1)!.step, name, value: meanOf(group, fields[name]) })),
  );
  const color = { domain: names, range: COLOURS, legend: true };
  const marks = [Plot.ruleY([0]), Plot.line(points, { x: 'step', y: 'value', stroke: 'name' })];
  return picture({ color, x: { label: 'step' }, y: { label: y, grid: true }, marks }, `${y} by step`);
}

/** Neighbouring updates in groups, so that a long run is still a readable curve. */
function averaged(metrics: GanMetric[]): GanMetric[][] {
  const size = Math.ceil(metrics.length / POINTS);
  return Array.from({ length: Math.ceil(metrics.length / size) }, (_, i) =>
    metrics.slice(i * size, (i + 1) * size),
  );
}

function meanOf(group: GanMetric[], field: keyof GanMetric): number {
  return group.reduce((sum, metric) => sum + Number(metric[field]), 0) / group.length;
}

/** A distance over the steps by each kind of statistics; of the kernel distance the spread of a subset too, and the floor dashed. */
export function distanceCurves(metrics: DistanceMetric[], y: 'frechet' | 'kid', label: string): string {
  const color = { domain: ['running', 'precise'], range: COLOURS, legend: true };
  const bars = {
    x: 'step',
    y1: (metric: DistanceMetric) => metric.kid - metric.kidDeviation,
    y2: (metric: DistanceMetric) => metric.kid + metric.kidDeviation,
    stroke: 'statistics',
    strokeOpacity: 0.4,
  };
  const marks = [
    Plot.ruleY([0]),
    Plot.ruleY([metrics[0].floor[y]], { strokeDasharray: '4,3' }),
    ...(y === 'kid' ? [Plot.ruleX(metrics, bars)] : []),
    Plot.line(metrics, { x: 'step', y, stroke: 'statistics' }),
    Plot.dot(metrics, { x: 'step', y, fill: 'statistics', r: 3 }),
  ];
  return picture({ color, x: { label: 'step' }, y: { label, grid: true }, marks }, `${label} by step`);
}

function picture(options: Plot.PlotOptions, title: string): string {
  const figure = Plot.plot({ document, width: 520, height: 300, ariaLabel: title, ...options });
  // The other pictures in it are the colours of its legend.
  return figure.outerHTML.replaceAll('<svg aria-label', '<svg role="img" aria-label');
}
