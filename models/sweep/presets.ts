// The ablations by name. Each is a question: flags that all its runs share, arms, and how often and how long.
import { UsageError } from '../run/errors.js';
import { type Axis, combine, type FlagValues, valuesOf } from './grid.js';

/** How many seeds, and passes over the training images. */
export interface Size {
  seeds: number;
  epochs: number;
  /** Updates in place of epochs, where not one epoch fits. */
  steps?: number;
}

/** An ablation. */
export interface Preset {
  question: string;
  arms: FlagValues[];
  /** Flags that each arm has all these values of. */
  vary?: Record<string, string>;
  /** From the whole to the least. */
  sizes: readonly [Size, ...Size[]];
}

const BN = { norm: 'bn' };
const MN = { norm: 'mn' };
/** Where one layer of mixture normalization does most, by the paper's account. */
const MN3 = { ...MN, 'norm-at': 'conv3' };

/** The conditions of all presets, each of which a flag may change. */
const base: FlagValues = {
  model: 'cifar-cnn',
  'batch-size': '256',
  optimizer: 'adamw',
  lr: '0.001',
  'weight-decay': '1e-4',
  schedule: 'constant',
  augment: false,
};

/** And of arms with mixtures: 1/√λ, as we read the paper. */
const ofMixtures: FlagValues = { scale: 'fisher' };

const long: Preset['sizes'] = [
  { seeds: 5, epochs: 10 },
  { seeds: 3, epochs: 10 },
  { seeds: 3, epochs: 5 },
  { seeds: 2, epochs: 3 },
  { seeds: 1, epochs: 2 },
  { seeds: 1, epochs: 1 },
];
const short = long.slice(2) as unknown as Preset['sizes'];
/** For a look at many rates one seed is enough. */
const once: Preset['sizes'] = [
  { seeds: 1, epochs: 4 },
  { seeds: 1, epochs: 2 },
  { seeds: 1, epochs: 1 },
];

/** By name, as --preset gives it. */
export const presets: Readonly<Record<string, Preset>> = {
  rates: {
    question: 'Which learning rate is best for each norm?',
    arms: [BN, MN3, MN],
    vary: { lr: '0.0005,0.001,0.0025,0.005,0.01' },
    sizes: once,
  },
  seeds: {
    question: 'Does mixture normalization train faster, seed by seed?',
    arms: [BN, MN3, MN],
    sizes: long,
  },
  controls: {
    question: 'What else than a mixture does the same?',
    arms: [
      BN,
      // The gain alone: with K components 1/√λ is √K where all weigh the same.
      { ...BN, 'norm-at': 'conv3', 'norm-gamma': String(Math.sqrt(3)) },
      // Groups by lot.
      { norm: 'ghost', 'norm-at': 'conv3', groups: '3' },
      { norm: 'mode', 'norm-at': 'conv3', components: '3' },
      MN3,
      { ...MN3, scale: 'unit' },
      { ...MN3, 'shuffle-posteriors': true },
      { ...MN3, components: '1' },
    ],
    sizes: short,
  },
  components: {
    question: 'How many components?',
    arms: [MN3],
    vary: { components: '1,2,3,5' },
    sizes: short,
  },
  iterations: {
    question: 'How many rounds of EM on every batch?',
    arms: [MN3],
    vary: { iterations: '0,1,2,5' },
    sizes: short,
  },
  placement: {
    question: 'At which layers?',
    arms: [
      { ...MN, 'norm-at': 'conv1' },
      { ...MN, 'norm-at': 'conv2' },
      MN3,
      { ...MN, 'norm-at': 'conv4' },
      { ...MN, 'norm-at': 'conv3,conv4' },
      MN,
    ],
    sizes: short,
  },
  posterior: {
    question: 'Mixtures of whole pixels, or of each channel?',
    arms: [MN3],
    vary: { posterior: 'joint,channel' },
    sizes: short,
  },
  scale: {
    question: 'With the 1/√λ of the Fisher vector, or without?',
    arms: [MN3],
    vary: { scale: 'fisher,unit' },
    sizes: short,
  },
  seeding: {
    question: 'From the running means, or by k-means++ on every batch?',
    arms: [MN3],
    vary: { seeding: 'warm,kmeans' },
    sizes: short,
  },
  gradient: {
    question: 'With constant posteriors, through the last ones, or through all of EM?',
    arms: [MN3],
    vary: { gradient: 'detached,posterior,unrolled' },
    sizes: short,
  },
};

/**
 * The runs of a preset: each arm with the first seed, then each with the second. Flags may add to it, and change its conditions.
 * @throws UsageError for a flag that the preset decides
 */
export function presetRuns(name: string, given: readonly Axis[], size: Size): FlagValues[] {
  const { arms, vary = {} } = presets[name];
  const decided = new Set([...Object.keys(vary), ...arms.flatMap(Object.keys)]);
  const taken = given.find(({ flag }) => decided.has(flag));
  if (taken) throw new UsageError(`--${taken.flag}: --preset ${name} decides it`);
  const isGiven = (...flags: string[]) => given.some(({ flag }) => flags.includes(flag));
  const seeds = isGiven('seed') ? [] : [{ flag: 'seed', values: valuesOf('seed', `1..${size.seeds}`) }];
  const varied = Object.entries(vary).map(([flag, text]) => ({ flag, values: valuesOf(flag, text) }));
  const conditions = ({ norm }: FlagValues) => {
    const shared = { ...base, ...(norm === 'mn' && ofMixtures), ...lengthOf(size) };
    for (const { flag } of [...given, ...varied]) delete shared[flag];
    if (isGiven('epochs', 'steps')) {
      delete shared.epochs;
      delete shared.steps;
    }
    return shared;
  };
  return combine([...seeds, ...given]).flatMap((outer) =>
    arms.flatMap((arm) =>
      combine(varied).map((inner) => ({ ...conditions(arm), ...arm, ...inner, ...outer })),
    ),
  );
}

function lengthOf({ epochs, steps }: Size): FlagValues {
  return steps === undefined ? { epochs: `${epochs}` } : { steps: `${steps}` };
}
