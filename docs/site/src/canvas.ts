// Pixels on a canvas of the page.
import type { Pixels } from '../../../dist/models/lab/pixels.js';

/** A canvas that is a picture with a name. */
export function canvas(name = ''): HTMLCanvasElement {
  const made = document.createElement('canvas');
  made.setAttribute('role', 'img');
  made.setAttribute('aria-label', name);
  return made;
}

/** Draws pixels, one of the canvas for each, and says in words what they are. */
export function paint(on: HTMLCanvasElement, { data, width, height }: Pixels, name: string): void {
  if (on.width !== width || on.height !== height) Object.assign(on, { width, height });
  on.getContext('2d')!.putImageData(new ImageData(data, width, height), 0, 0);
  on.setAttribute('aria-label', name);
}
