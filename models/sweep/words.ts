// Numbers of a sweep in words, with as many digits as they deserve.
import type { Statistics } from '../run/metrics.js';
import type { Paired, Reached, Summary, Target } from './collected.js';

/** What stands where there is no number. */
export const NONE = '–';

/** '1 run', '2 runs'. */
export const counted = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;

/** 0.7512 as 75.1. */
export const percent = (value: number): string => (100 * value).toFixed(1);

/** A difference of accuracies in points: +0.4. */
export function points(value: number): string {
  const text = (100 * value).toFixed(1);
  if (Number(text) === 0) return '0.0';
  return value < 0 ? `−${text.slice(1)}` : `+${text}`;
}

/** A share in whole per cents: −12 %. */
export const share = (value: number): string => `${whole(100 * value).replace('-', '−')} %`;

/** Seconds: tenths of what is short. */
export const seconds = (value: number): string => (value < 99.5 ? value.toFixed(1) : whole(value));

/** A number to the unit. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en');

export const ratio = (value: number): string => value.toFixed(2);

/** A number that may be beyond what was run. */
export function reachedIn(value: Reached | null, words: (value: number) => string): string {
  if (value === null) return NONE;
  return value === 'never' ? 'never' : words(value);
}

/** '75.1 ± 0.4': mean and standard deviation. */
export function meanIn({ mean, deviation }: Summary, words: (value: number) => string): string {
  if (mean === null) return NONE;
  return deviation === null ? words(mean) : `${words(mean)} ± ${words(deviation)}`;
}

/** '0.93 [0.88, 1.02]': median and interval; of fewer pairs than an interval needs '0.93 (3 pairs)'. */
export function pairedIn({ pairs, median, interval }: Paired, words: (value: number) => string): string {
  if (median === null) return NONE;
  const center = reachedIn(median, words);
  if (!interval) return `${center} (${counted(pairs.length, 'pair')})`;
  return `${center} [${interval.map((end) => reachedIn(end, words)).join(', ')}]`;
}

/** '72.5 %' or 'loss 0.84'. */
export function targetIn({ measure, value }: Target): string {
  return measure === 'training' ? `loss ${value.toFixed(2)}` : `${percent(value)} %`;
}

export const statisticsIn: Record<Statistics, string> = {
  running: 'running statistics',
  precise: 'precise statistics',
};

/** 'p = 0.03', or 'p < 0.01'. */
export const chanceIn = (p: number): string => (p < 0.005 ? 'p < 0.01' : `p = ${p.toFixed(2)}`);

/** A table of Markdown. */
export function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
