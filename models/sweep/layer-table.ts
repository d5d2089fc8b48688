// The state of the normalization layers at the end, as a table.
import type { Arm, LayerCurves } from './collected.js';
import { markdown, NONE } from './words.js';

/** A row for each layer of each arm, at its last step; '' where nothing was recorded. */
export function layerTable(arms: readonly Arm[]): string {
  const rows = arms.flatMap(({ name, layers }) => layers.map((layer) => [name, ...cellsOf(layer)]));
  const steep = arms.flatMap((arm) => descentRow(arm));
  const parts = [
    ...(rows.length === 0 ? [] : ['## Layers, last recorded update', markdown(header, rows)]),
    ...(steep.length === 0 ? [] : ['## Along the update', words, markdown(descentHeader, steep)]),
  ];
  return parts.join('\n\n');
}

const header = [
  'arm',
  'layer',
  'update',
  'gradient norm',
  'output deviation',
  'weights',
  'entropy',
  'place',
  'dead',
];

const descentHeader = ['arm', 'loss variation', 'gradient distance'];

const words =
  'Greatest less least loss, and the greatest distance of gradients, along the direction of an update; means over the updates that collected.json keeps.';

/** Three significant digits. */
const short = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? NONE
    : String(Number(value.toPrecision(3)));

function cellsOf(curves: LayerCurves): string[] {
  const { layer, steps, gradNorm, outputDeviation, weights, entropy, place, dead } = curves;
  return [
    layer,
    String(steps.at(-1)),
    short(gradNorm.at(-1)),
    short(outputDeviation.at(-1)),
    weights?.at(-1)?.map(short).join(' ') ?? NONE,
    short(entropy?.at(-1)),
    short(place?.at(-1)),
    short(dead?.at(-1)),
  ];
}

function descentRow({ name, descent }: Arm): string[][] {
  if (!descent) return [];
  const ranges = descent.high.map((high, i) => high - descent.low[i]);
  return [[name, short(average(ranges)), short(average(descent.gradientDistance))]];
}

const average = (values: readonly number[]): number => {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
};
