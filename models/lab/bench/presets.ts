// Where one may begin at the bench.
import { createRandom, MIXTURE_DEFAULTS } from '../../../lib/index.js';
import { seededStart, weighAtRandom } from './moves.js';
import { type BenchState, toPlace, toStart } from './state.js';

interface Preset {
  title: string;
  /** Hills: how many samples, where, and how wide. */
  hills: readonly (readonly [count: number, mean: number, deviation: number])[];
  components: number;
  rounds: number;
  /** Of the k-means++ start. */
  seed: number;
}

const two = {
  hills: [
    [20, -2.6, 1.2],
    [20, 2.6, 1.2],
  ],
  components: 2,
} as const;
const presets = {
  two: { ...two, title: 'two hills', rounds: 2, seed: 1 },
  three: {
    title: 'three hills',
    hills: [
      [14, -5, 0.8],
      [14, 0, 0.5],
      [12, 4.5, 1],
    ],
    components: 3,
    rounds: 10,
    seed: 6,
  },
  outlier: {
    title: 'one hill with an outlier',
    hills: [
      [39, -1.5, 1.2],
      [1, 7, 0],
    ],
    components: 2,
    rounds: 5,
    seed: 2,
  },
  uniform: { title: 'uniform', hills: [], components: 3, rounds: 5, seed: 5 },
  equal: { ...two, title: 'two equal components', rounds: 5, seed: 1 },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
export const titleOf = (name: PresetName): string => presets[name].title;

function samplesOf({ hills }: Preset): number[] {
  if (hills.length === 0) return Array.from({ length: 40 }, (_, i) => toPlace(-5.85 + 0.3 * i));
  const { normal } = createRandom('bench 1');
  const drawn = hills.flatMap(([count, mean, deviation]) =>
    Array.from({ length: count }, () => toPlace(mean + deviation * normal())),
  );
  return drawn.toSorted((a, b) => a - b);
}

/** The state that a preset begins with. */
export function presetState(name: PresetName): BenchState {
  const preset: Preset = presets[name];
  const { components, rounds, seed } = preset;
  const samples = samplesOf(preset);
  const settings = {
    regCovar: MIXTURE_DEFAULTS.regCovar,
    scale: 'unit',
    upstream: null,
    isWarm: false,
  } as const;
  const selected = name === 'outlier' ? samples.length - 1 : samples.length / 2;
  const start = { weights: [], means: [], variances: [] };
  const state = weighAtRandom({ ...settings, samples, rounds, selected, seed, start });
  return name === 'equal' ? { ...state, start: equalStart(samples) } : seededStart(state, components, seed);
}

/** Two components that are the Gaussian of all samples. */
function equalStart(samples: readonly number[]): BenchState['start'] {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
  return toStart({ weights: [0.5, 0.5], means: [mean, mean], variances: [variance, variance] });
}
