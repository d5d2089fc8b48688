// What an experiment on the page is: the fields that one may change, and the link that says what they are.
import { GHOST_SIZE, type NormName, normNames } from '../networks/norm-names.js';
import { type Field, fits } from './field.js';
import { type Offered, offered, offeredNames } from './offered.js';
import type { Experiment } from './session.js';

/** What a page can learn from: what it draws itself, or the user's own. */
export const dataKinds = ['synthetic', 'cifar', 'folder', 'drawings'] as const;
export type DataKind = (typeof dataKinds)[number];

export const fields = [
  { name: 'data', label: 'data', initial: 'synthetic', words: dataKinds, hint: 'what both learn from' },
  {
    ...{ name: 'images', label: 'images', initial: 2000, least: 2, most: 50000, step: 1 },
    hint: 'to train, at most',
  },
  {
    ...{ name: 'testImages', label: 'test images', initial: 500, least: 1, most: 10000, step: 1 },
    hint: 'at most',
  },
  { name: 'model', label: 'network', initial: 'cifar-cnn', words: offeredNames, hint: 'of both' },
  { name: 'left', label: 'left norm', initial: 'bn', words: normNames, hint: 'of the first network' },
  { name: 'right', label: 'right norm', initial: 'mn', words: normNames, hint: 'of the second' },
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
    ...{ name: 'normAt', label: 'norms at', initial: 'all', hint: 'BN at the other layers' },
    words: ['all', ...new Set(Object.values(offered).flat())],
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
  { name: 'device', label: 'device', initial: 'wasm', words: ['wasm', 'webgpu'], hint: 'what computes' },
] as const satisfies readonly Field[];

export type FieldName = (typeof fields)[number]['name'];

/** The parts of the form, in order. */
export const parts = { networks: 'Networks', images: 'Images', mixture: 'Mixture normalization' } as const;

/** The part that each field stands in. */
export const partOf: Record<FieldName, keyof typeof parts> = {
  ...{ data: 'images', images: 'images', testImages: 'images' },
  ...{ model: 'networks', width: 'networks', left: 'networks', right: 'networks', normAt: 'networks' },
  ...{ lr: 'networks', batchSize: 'networks', seed: 'networks', device: 'networks' },
  ...{ components: 'mixture', iterations: 'mixture' },
  ...{ posterior: 'mixture', gradient: 'mixture', scale: 'mixture' },
};

/** What the fields say. */
export type Choices = Record<FieldName, string>;

/** The choices of a link, and the initial ones where it has none, or none that a field can have. */
export function choicesOf(hash: string): Choices {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const choices = {} as Choices;
  for (const field of fields) {
    const text = given.get(field.name);
    choices[field.name] = text !== null && isPossible(field, text, choices) ? text : String(field.initial);
  }
  return choices;
}

/** The words that a field has; the places of norms are those of the network, which is a field before them. */
export function wordsOf(field: Field & { words: readonly string[] }, { model }: Choices): readonly string[] {
  return field.name === 'normAt' ? ['all', ...offered[model as Offered]] : field.words;
}

/** Whether a field can have a value. */
export function isPossible(field: Field, text: string, choices: Choices): boolean {
  return 'words' in field ? fits(field, text, wordsOf(field, choices)) : fits(field, text);
}

/** The link's part after #, with what is not initial. */
export function hashOf(choices: Choices): string {
  const changed = fields.filter(({ name, initial }) => choices[name] !== String(initial));
  return new URLSearchParams(changed.map(({ name }) => [name, choices[name]])).toString();
}

/** The two networks, by the norm that each has at first. */
export type Side = 'bn' | 'mn';

/** The norm of one of the two networks. */
export const normOf = (choices: Choices, side: Side): NormName =>
  choices[side === 'bn' ? 'left' : 'right'] as NormName;

/** The experiment of one of the two networks. */
export function experimentOf(choices: Choices, side: Side): Experiment {
  const { lr, batchSize, width, seed, components, iterations, normAt } = choices;
  const norm = normOf(choices, side);
  // BN at some places and BN at the others is BN at all
  const isEverywhere = normAt === 'all' || norm === 'bn' || norm === 'none';
  return {
    ...{ model: choices.model as Offered, norm, normGamma: 1, seeding: 'warm', shufflePosteriors: false },
    ...{ virtualBatchSize: GHOST_SIZE, groups: null, optimizer: 'adamw', momentum: 0.9, weightDecay: 1e-4 },
    ...{ lr: Number(lr), batchSize: Number(batchSize), width: Number(width), seed: Number(seed) },
    ...{ components: Number(components), iterations: Number(iterations) },
    normAt: isEverywhere ? null : [normAt],
    posterior: choices.posterior as Experiment['posterior'],
    gradient: choices.gradient as Experiment['gradient'],
    scale: choices.scale as Experiment['scale'],
  };
}
