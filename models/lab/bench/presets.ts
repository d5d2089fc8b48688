// Where one may begin at the bench.
import { createRandom, MIXTURE_DEFAULTS } from '../../../lib/index.js';
import { seededStart } from './moves.js';
import { type BenchState, toPlace, toStart } from './state.js';

interface Preset {
  title: string;
  /** Hills: how many samples, where, and how wide. */
  hills: readonly (readonly [count: number, mean: number, deviation: number])[];
  components: number;
  rounds: number;
  /** Of the samples and of k-means++. */
  seed: number;
}

const presets = {
  two: {
    title: 'two hills',
    hills: [
      [20, -2, 0.9],
      [20, 2, 0.9],
    ],
    components: 2,
    rounds: 2,
    seed: 1,
  },
  three: {
    title: 'three hills',
    hills: [
      [14, -5, 0.8],
      [14, 0, 0.5],
      [12, 4, 1],
    ],
    components: 3,
    rounds: 5,
    seed: 1,
  },
  outlier: {
    title: 'one hill with an outlier',
    hills: [
      [39, -1, 1],
      [1, 8, 0],
    ],
    components: 2,
    rounds: 5,
    seed: 1,
  },
  uniform: { title: 'uniform', hills: [], components: 3, rounds: 5, seed: 1 },
  equal: {
    title: 'two equal components',
    hills: [
      [20, -2, 0.9],
      [20, 2, 0.9],
    ],
    components: 2,
    rounds: 5,
    seed: 1,
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
export const presetNames = Object.keys(presets) as PresetName[];
export const titleOf = (name: PresetName): string => presets[name].title;

function samplesOf({ hills, seed }: Preset): number[] {
  if (hills.length === 0) return Array.from({ length: 40 }, (_, i) => toPlace(-5.85 + 0.3 * i));
  const { normal } = createRandom(`bench ${seed}`);
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
  const state = {
    ...settings,
    samples,
    rounds,
    selected,
    seed,
    start: { weights: [], means: [], variances: [] },
  };
  return name === 'equal' ? { ...state, start: equalStart(samples) } : seededStart(state, components, seed);
}

/** Two components that are the Gaussian of all samples. */
function equalStart(samples: readonly number[]): BenchState['start'] {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const variance = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples.length;
  return toStart({ weights: [0.5, 0.5], means: [mean, mean], variances: [variance, variance] });
}
