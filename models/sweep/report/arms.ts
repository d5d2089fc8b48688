// The arms of a sweep as a page shows them: each has a colour, and checkboxes show and hide it.
import { key, type Look, type Point, type Series } from '../../report/draw/chart.js';
import { type Html, html } from '../../report/draw/html.js';
import { averaged } from '../../report/figure.js';
import type { Arm, Curve } from '../collected.js';

/** Colours that a page has. */
const COLORS = 8;

/** The colour of an arm and how its lines are drawn: there are more arms than colours. */
const styleOf = (place: number): { color: number; look: Look } => ({
  color: colorOf(place),
  look: place < COLORS ? 'line' : 'thin',
});

/** A series of each arm that has one. The page knows arms by their places. */
export function byArm(arms: readonly Arm[], points: (arm: Arm) => readonly Point[], most?: number): Series[] {
  return arms
    .map(
      (arm, i): Series => ({
        name: arm.name,
        points: averaged(points(arm), most),
        ...{ ...styleOf(i), group: i },
      }),
    )
    .filter((series) => series.points.length > 0);
}

export const colorOf = (place: number) => place % COLORS;

/** A curve times a factor, with its range where it is of several runs. */
export function pointsOf({ steps, mean, low, high, runs }: Curve, factor = 1): Point[] {
  return steps.map((x, i) => {
    const y = factor * mean[i];
    return runs[i] > 1 ? { x, y, low: factor * low[i], high: factor * high[i] } : { x, y };
  });
}

/** Checkboxes for the arms. The page's script shows them where there are several. */
export function checkboxes(arms: readonly Arm[]): Html {
  const boxes = arms.map(
    ({ name }, i) => html`<label><input type="checkbox" checked data-shows="${i}">
${key(styleOf(i))}${name}</label>`,
  );
  return html`<div class="arms" role="group" aria-label="Arms" hidden><b>Arms</b>${boxes}</div>`;
}
