// SVG elements that are kept and changed, so that a picture can follow a finger.
import { html } from '../../../../dist/models/report/draw/html.js';
import { type Axis, type Range, scale, short, ticks } from '../../../../dist/models/report/draw/scale.js';

type Attributes = Record<string, string | number>;

/** Changes attributes, those alone that are not as they should be. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function make(parent: Element, name: string, attributes: Attributes = {}): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  set(element, attributes);
  return parent.appendChild(element);
}

/** So many children of a group, made or removed at its end as need be. */
export function several(
  group: SVGElement,
  name: string,
  count: number,
  attributes: Attributes = {},
): SVGElement[] {
  while (group.children.length > count) group.lastElementChild!.remove();
  while (group.children.length < count) make(group, name, attributes);
  return [...group.children] as SVGElement[];
}

/** A picture as wide as its box, a unit being a pixel. */
export class Picture {
  readonly svg: SVGElement;
  width = 0;

  /** `resized` is told each new width, the first one too. */
  constructor(
    box: HTMLElement,
    readonly height: number,
    attributes: Attributes,
    resized: () => void,
  ) {
    this.svg = make(box, 'svg', attributes);
    const measure = () => {
      if (box.clientWidth === this.width || box.clientWidth === 0) return;
      this.width = box.clientWidth;
      set(this.svg, { viewBox: `0 0 ${this.width} ${height}` });
      resized();
    };
    new ResizeObserver(measure).observe(box);
  }
}

/** Where an axis lies: along x, at a height. */
export interface Along {
  axis: Axis;
  places: Range;
  y: number;
}

/** Draws an axis along x into a group, unless it is there already; its words lie below or above. */
export function drawAxis(
  group: SVGElement,
  { axis, places, y }: Along,
  side: 'below' | 'above' = 'below',
): void {
  const key = [axis.domain, places, y].join();
  if (group.dataset.key === key) return;
  group.dataset.key = key;
  const toX = scale(axis, places);
  const [tick, words] = side === 'below' ? [4, 17] : [-4, -8];
  const marks = ticks(axis, Math.min(10, (places[1] - places[0]) / 50)).map((value) => {
    const at = toX(value).toFixed(1);
    return html`<path class="tick" d="M${at},${y}v${tick}"/><text x="${at}" y="${y + words}" text-anchor="middle">${short(value)}</text>`;
  });
  group.innerHTML = html`<path class="base" d="M${places[0]},${y}H${places[1]}"/>${marks}`.text;
}
