// What is to be reached: values below the plateau of every arm, chosen by a rule that favours none.

/** How far on the way to where the poorest arm ends. */
export const shares = [0.8, 0.9, 0.95] as const;

/** Shares of the lowest of the arms' final accuracies, cut to tenths of a per cent. None where there are no arms. */
export function accuracyTargets(finals: readonly number[]): number[] {
  if (finals.length === 0) return [];
  const lowest = Math.min(...finals);
  return shares.map((share) => Math.floor(share * lowest * 1000 + 1e-6) / 1000);
}

/** Shares of the way from the loss at the start to the highest of the arms' final losses, lifted to hundredths. */
export function lossTargets(start: number, finals: readonly number[]): number[] {
  if (finals.length === 0) return [];
  const highest = Math.max(...finals);
  if (!(highest < start)) return [];
  return shares.map((share) => Math.ceil((start - share * (start - highest)) * 100 - 1e-6) / 100);
}
