// What the one-dimensional bench shows is decided by a state: samples of one channel, the mixture that EM starts from, and settings.
import { MIXTURE_DEFAULTS } from '../../../lib/index.js';
import { type Field, fits } from '../field.js';

/** A mixture of one channel that EM starts from. */
export interface Start {
  weights: readonly number[];
  means: readonly number[];
  variances: readonly number[];
}

export interface BenchState {
  /** Whole hundredths within ±{@link REACH}. */
  samples: readonly number[];
  start: Start;
  /** Rounds of EM. */
  rounds: number;
  regCovar: number;
  scale: 'unit' | 'fisher';
  /** The sample that is looked at and moved. */
  selected: number;
  /** What each output counts in the loss, in whole tenths; null where the loss is the selected sample's output. */
  upstream: readonly number[] | null;
  /** Of the last k-means++ start. */
  seed: number;
  /** Whether every move of a sample starts EM from the mixture before it. */
  isWarm: boolean;
}

/** The channel's axis goes from −8 to 8. */
export const REACH = 8;
/** Upstream weights go from −2 to 2. */
export const MOST_UPSTREAM = 2;
/** How many samples there may be. */
export const COUNT = { least: 2, most: 60 };

/** What the form's fields can have. */
export const fields = {
  components: { name: 'components', label: 'K', initial: 2, least: 1, most: 6, step: 1, hint: '' },
  rounds: { name: 'rounds', label: 'EM rounds', initial: 2, least: 0, most: 20, step: 1, hint: '' },
  regCovar: {
    ...{ name: 'regCovar', label: 'regCovar', initial: MIXTURE_DEFAULTS.regCovar, hint: '' },
    ...{ least: 1e-6, most: 1, step: 1e-6 },
  },
  scale: { name: 'scale', label: 'scale', initial: 'unit', words: ['unit', 'fisher'], hint: '' },
  position: { name: 'position', label: 'x', initial: 0, least: -REACH, most: REACH, step: 0.01, hint: '' },
  weight: {
    ...{ name: 'weight', label: 'g', initial: 0, hint: '' },
    ...{ least: -MOST_UPSTREAM, most: MOST_UPSTREAM, step: 0.1 },
  },
} as const satisfies Record<string, Field>;

/** A text that a field can have. @throws Error that says what it can have */
export function checked(field: Field, text: string): string {
  if (fits(field, text)) return text;
  const range = 'words' in field ? field.words.join(' or ') : `from ${field.least} to ${field.most}`;
  const kind = 'words' in field ? '' : field.step === 1 ? 'a whole number ' : 'a number ';
  throw new Error(`${field.label} is “${text}”, expected ${kind}${range}`);
}

const within = (value: number, most: number) => Math.max(-most, Math.min(most, value));

/** The nearest place on the axis that a link can say. */
export const toPlace = (value: number): number => Math.round(100 * within(value, REACH)) / 100 + 0; // + 0: no −0

/** The nearest upstream weight that a link can say. */
export const toUpstream = (value: number): number => Math.round(10 * within(value, MOST_UPSTREAM)) / 10 + 0;

/** Six digits of each number are in a link, so EM starts from these. */
export function toStart({ weights, means, variances }: Start): Start {
  const digits = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6)));
  return { weights: digits(weights), means: digits(means), variances: digits(variances) };
}

/** What each output counts in the loss. */
export function upstreamOf({ samples, selected, upstream }: BenchState): readonly number[] {
  return upstream ?? samples.map((_, i) => (i === selected ? 1 : 0));
}

/** The samples' indices in the order of their places. */
export function orderOf(samples: readonly number[]): number[] {
  return [...samples.keys()].toSorted((a, b) => samples[a] - samples[b] || a - b);
}

/** The sample some places further along the axis than the selected one; the last one where there are no more. */
export function neighbour({ samples, selected }: BenchState, by: number): number {
  const order = orderOf(samples);
  return order[Math.max(0, Math.min(order.length - 1, order.indexOf(selected) + by))];
}
