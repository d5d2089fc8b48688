// What `sweep collect` prints.
import type { Collected } from './collected.js';
import { runsIn } from './table.js';
import { meanIn, NONE, pairedIn, percent, points, ratio, targetIn } from './words.js';

/** A line for each arm in columns, and what was written. */
export function summaryOf(collected: Collected, files: readonly string[]): string {
  const { arms, comparisons, baseline, targets } = collected;
  const farthest = targets.findLastIndex(({ measure }) => measure === 'precise');
  const far = farthest === -1 ? targets.findLastIndex(({ measure }) => measure === 'running') : farthest;
  const header = ['arm', 'runs', 'running %', 'precise %'];
  if (comparisons.length > 0) {
    header.push('precise, points');
    if (far !== -1) header.push(`updates to ${targetIn(targets[far])}`);
  }
  const rows = arms.map((arm) => {
    const beside = comparisons.find((comparison) => comparison.arm === arm.name);
    const cells = [
      arm.name,
      runsIn(arm),
      meanIn(arm.final.running, percent),
      meanIn(arm.final.precise, percent),
      beside ? pairedIn(beside.final.precise, points) : NONE,
      beside && far !== -1 ? pairedIn(beside.times[far].updates, ratio) : NONE,
    ];
    return cells.slice(0, header.length);
  });
  const note =
    comparisons.length > 0 ? [`points and updates: beside ${baseline}, runs of the same seed`] : [];
  return [...columns([header, ...rows]), ...note, ...files].join('\n');
}

/** Lines with their cells under each other. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}
