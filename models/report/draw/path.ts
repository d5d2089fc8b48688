// Lines and areas as the d of an SVG path.

/** A place in a picture. */
export type Place = readonly [x: number, y: number];

/** A tenth of a picture's unit is finer than what one sees. */
const round = (value: number) => String(Math.round(value * 10) / 10);

/** A line through places. */
export function line(places: readonly Place[]): string {
  return places.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join('');
}

/** The area between two lines over the same places along x. */
export function area(above: readonly Place[], below: readonly Place[]): string {
  return above.length === 0 ? '' : `${line([...above, ...below.toReversed()])}Z`;
}

/** The outline of bars between borders, down to the base. */
export function bars(borders: readonly number[], tops: readonly number[], base: number): string {
  const steps = tops.map((top, i) => `V${round(top)}H${round(borders[i + 1])}`);
  return `M${round(borders[0])},${round(base)}${steps.join('')}V${round(base)}Z`;
}
