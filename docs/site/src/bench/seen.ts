// What pictures show: a state, its numbers, and how they are drawn everywhere.
import type { Exact, Outcome } from '../../../../dist/models/lab/bench/numbers.js';
import { type BenchState, orderOf, REACH } from '../../../../dist/models/lab/bench/state.js';
import type { Axis } from '../../../../dist/models/report/draw/scale.js';

export interface Seen {
  state: BenchState;
  outcome: Outcome;
  /** Of this state, or while that is computed, of the one before; null where there is none of as many samples. */
  exact: Exact | null;
  /** Whether `exact` is of this state. */
  isSettled: boolean;
  /** By sample. */
  colours: string[];
  /** The samples along the axis. */
  order: number[];
}

/** What a view asks for. */
export interface Actions {
  select(index: number): void;
  /** Moves the selected sample. */
  move(value: number): void;
  weigh(index: number, weight: number): void;
  /** What was moved stays where it is: from here the way back leads. */
  settle(): void;
}

/** The channel's axis. */
export const channelAxis: Axis = { domain: [-REACH, REACH], log: false };

export function seenOf(state: BenchState, outcome: Outcome, exact: Exact | null, isSettled: boolean): Seen {
  const { samples } = state;
  const fitting = exact && exact.unrolled.length === samples.length ? exact : null;
  const colours = samples.map((_, i) => mixed(outcome.posteriors.map((each) => each[i])));
  return { state, outcome, exact: fitting, isSettled, colours, order: orderOf(samples) };
}

/** The components' colours in the shares of a sample's posteriors. */
function mixed(shares: readonly number[]): string {
  let [colour, total] = ['var(--c0)', shares[0]];
  for (const [k, share] of shares.entries()) {
    if (k === 0) continue;
    total += share;
    const percent = total > 0 ? Math.round((100 * share) / total) : 0;
    if (percent > 0) colour = `color-mix(in oklab, ${colour}, var(--c${k}) ${percent}%)`;
  }
  return colour;
}
