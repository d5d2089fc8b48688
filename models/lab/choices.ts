// What an experiment on the page is: the fields that one may change, and the link that says what they are.
import type { Experiment } from './session.js';

/** A field of the form. Numbers have their bounds, words the words there are. */
export type Field =
  | { name: string; label: string; initial: number; least: number; most: number; step: number; hint: string }
  | { name: string; label: string; initial: string; words: readonly string[]; hint: string };

export const fields = [
  {
    name: 'lr',
    label: 'rate',
    initial: 0.002,
    least: 0,
    most: 1,
    step: 0.0001,
    hint: 'of both, also while they train',
  },
  {
    name: 'batchSize',
    label: 'batch',
    initial: 32,
    least: 2,
    most: 256,
    step: 1,
    hint: 'images of an update',
  },
  {
    name: 'width',
    label: 'width',
    initial: 16,
    least: 4,
    most: 64,
    step: 4,
    hint: 'channels of the first layer',
  },
  { name: 'seed', label: 'seed', initial: 1, least: 0, most: 999999, step: 1, hint: 'of weights and order' },
  { name: 'components', label: 'K', initial: 3, least: 1, most: 8, step: 1, hint: 'components of a mixture' },
  { name: 'iterations', label: 'EM rounds', initial: 2, least: 0, most: 10, step: 1, hint: 'on every batch' },
  {
    ...{ name: 'normAt', label: 'MN at', initial: 'all', hint: 'BN at the other layers' },
    words: ['all', 'conv1', 'conv2', 'conv3', 'conv4'],
  },
  {
    name: 'posterior',
    label: 'posterior',
    initial: 'joint',
    words: ['joint', 'channel'],
    hint: 'of pixels or of channels',
  },
  {
    ...{ name: 'gradient', label: 'gradient', initial: 'detached', hint: 'what of EM it goes through' },
    words: ['detached', 'posterior', 'unrolled'],
  },
  { name: 'scale', label: 'scale', initial: 'unit', words: ['unit', 'fisher'], hint: 'without or with 1/√λ' },
] as const satisfies readonly Field[];

export type FieldName = (typeof fields)[number]['name'];

/** The parts of the form, in order. */
export const parts = { training: 'Both networks', mixture: 'Mixture normalization' } as const;

/** The part that each field stands in. */
export const partOf: Record<FieldName, keyof typeof parts> = {
  ...{ lr: 'training', batchSize: 'training', width: 'training', seed: 'training' },
  ...{ components: 'mixture', iterations: 'mixture', normAt: 'mixture' },
  ...{ posterior: 'mixture', gradient: 'mixture', scale: 'mixture' },
};

/** What the fields say. */
export type Choices = Record<FieldName, string>;

/** The choices of a link, and the initial ones where it has none, or none that a field can have. */
export function choicesOf(hash: string): Choices {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(
    fields.map((field: Field) => {
      const text = given.get(field.name);
      return [field.name, text !== null && isPossible(field, text) ? text : String(field.initial)];
    }),
  ) as Choices;
}

/** Whether a field can have a value. */
export function isPossible(field: Field, text: string): boolean {
  if ('words' in field) return field.words.includes(text);
  const value = Number(text);
  const isStep = field.step < 1 || Number.isInteger(value);
  return text.trim() !== '' && value >= field.least && value <= field.most && isStep;
}

/** The link's part after #, with what is not initial. */
export function hashOf(choices: Choices): string {
  const changed = fields.filter(({ name, initial }) => choices[name] !== String(initial));
  return new URLSearchParams(changed.map(({ name }) => [name, choices[name]])).toString();
}

/** The experiment of one of the two networks. */
export function experimentOf(choices: Choices, norm: 'bn' | 'mn'): Experiment {
  const { lr, batchSize, width, seed, components, iterations, normAt } = choices;
  return {
    ...{ model: 'cifar-cnn', norm, normGamma: 1, seeding: 'warm', shufflePosteriors: false },
    ...{ virtualBatchSize: 8, groups: null, optimizer: 'adamw', momentum: 0.9, weightDecay: 1e-4 },
    ...{ lr: Number(lr), batchSize: Number(batchSize), width: Number(width), seed: Number(seed) },
    ...{ components: Number(components), iterations: Number(iterations) },
    normAt: norm === 'bn' || normAt === 'all' ? null : [normAt],
    posterior: choices.posterior as Experiment['posterior'],
    gradient: choices.gradient as Experiment['gradient'],
    scale: choices.scale as Experiment['scale'],
  };
}
