// The colours of the style sheet, for what a canvas draws.
import type { Colour } from '../../../dist/models/lab/pixels.js';

/** A colour as it is now, in light or dark: `rgb(…)`. */
export function colourOf(name: string): string {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(--${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Red, green and blue of it, 0 … 255. */
export const rgbOf = (name: string): Colour => {
  const [red, green, blue] = colourOf(name).match(/\d+/g)!.map(Number);
  return [red, green, blue];
};

/** A canvas keeps its colours when the page goes from light to dark: here is when to draw again. */
export function onScheme(redraw: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}
