// The filters of the first convolution of each network, on one scale.
import { filterPixels, largest } from '../../../dist/models/lab/pixels.js';
import type { Filters } from '../../../dist/models/lab/session.js';
import { short } from '../../../dist/models/report/draw/scale.js';
import { canvas, paint } from './canvas.js';
import { Drawing } from './drawing.js';

const COLUMNS = 8;

/** The filters of networks, each in its own box; `scale` says in words what the colours are. */
export class FilterViews<Name extends string> {
  private readonly filters = new Map<Name, Filters | null>();
  private readonly drawing: Drawing;

  constructor(
    private readonly boxes: Record<Name, HTMLElement>,
    private readonly scale: HTMLElement,
  ) {
    this.drawing = new Drawing(scale.parentElement!, () => this.draw());
  }

  take(name: Name, filters: Filters | null): void {
    this.filters.set(name, filters);
    this.drawing.touch();
  }

  clear(name: Name): void {
    this.filters.delete(name);
    this.boxes[name].replaceChildren();
    this.drawing.touch();
  }

  private draw(): void {
    const most = Math.max(...[...this.filters.values()].map((one) => largest(one?.values ?? [])));
    for (const [name, filters] of this.filters) this.drawOne(this.boxes[name], filters, most);
    this.scale.textContent =
      most > 0 ? `Grey is 0, black −${short(most, 2)}, a full colour ${short(most, 2)}.` : '';
  }

  private drawOne(box: HTMLElement, filters: Filters | null, most: number): void {
    if (!filters) {
      box.textContent = 'This network has no convolution.';
      return;
    }
    const [count, , height, width] = filters.shape;
    const on = box.querySelector('canvas') ?? box.appendChild(canvas());
    const words = `${count} filters of ${height} × ${width} pixels; the largest weight is ${short(largest(filters.values), 3)}`;
    paint(on, filterPixels(filters, most, COLUMNS), words);
  }
}
