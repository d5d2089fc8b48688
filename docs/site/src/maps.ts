// Which pixel of a test image belongs to which component of a layer.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import { imagePixels, mapPixels, sharesOf } from '../../../dist/models/lab/pixels.js';
import { COLOURS } from '../../../dist/models/report/draw/mixture.js';
import { paint } from './canvas.js';
import { onScheme, rgbOf } from './colours.js';
import { legendOf } from './components.js';
import { Drawing } from './drawing.js';
import type { Report } from './protocol.js';

type Seen = Extract<Report, { kind: 'map' }>;

/** The places on the page: two canvases, the words below them, the components, and a sentence where there is no map. */
export interface MapPlaces {
  image: HTMLCanvasElement;
  imageName: HTMLElement;
  map: HTMLCanvasElement;
  mapName: HTMLElement;
  legend: HTMLElement;
  why: HTMLElement;
}

export class MapView {
  private seen: Seen | null = null;
  private test: Dataset | null = null;
  private readonly drawing: Drawing;

  constructor(private readonly places: MapPlaces) {
    this.drawing = new Drawing(places.legend, () => this.draw());
    onScheme(() => this.drawing.touch());
  }

  /** The images that one may choose from. */
  offer(test: Dataset): void {
    this.test = test;
  }

  take(seen: Seen): void {
    this.seen = seen;
    this.drawing.touch();
  }

  clear(): void {
    this.seen = null;
    this.drawing.touch();
  }

  private draw(): void {
    const { seen, test, places } = this;
    places.map.hidden = !seen?.map;
    places.image.hidden = !seen;
    places.why.textContent = seen && !seen.map ? whyNone(seen) : '';
    if (!seen?.map) for (const place of [places.mapName, places.legend]) place.replaceChildren();
    if (!seen || !test) return void places.imageName.replaceChildren();
    const name = `image ${seen.image}: ${test.classNames[test.labels[seen.image]]}`;
    paint(places.image, imagePixels(test, seen.image), name);
    places.imageName.textContent = name;
    if (!seen.map) return;
    const { width, height } = seen.map;
    const colours = Array.from({ length: COLOURS }, (_, k) => rgbOf(`c${k}`));
    const words = `${seen.layer}: ${height} × ${width} pixels`;
    paint(places.map, mapPixels(seen.map, colours), words);
    places.mapName.textContent = words;
    const shares = sharesOf(seen.map).map((share) => `${(100 * share).toFixed(1)} %`);
    places.legend.innerHTML = legendOf(shares).text;
  }
}

/** In words, why there is no map. */
function whyNone({ layer, posterior }: Seen): string {
  if (posterior === 'channel')
    return `${layer} has no map: each channel has posteriors of its own, so a pixel as a whole belongs to no component.`;
  return `${layer} has no map: it is batch normalization, one component that every pixel belongs to.`;
}
