// What goes into the norms of a network, layer by layer, as it changes.
import { drawChannels } from '../../../dist/models/report/draw/frame.js';
import type { Range } from '../../../dist/models/report/draw/scale.js';
import type { LayerPicture } from '../../../dist/models/run/metrics.js';
import { Drawing } from './drawing.js';

/** The pictures of one network in a box; only the layer that is looked at is drawn. */
export class LayerView {
  private layers: readonly LayerPicture[] = [];
  private shown = '';
  /** By layer and channel: as wide as it ever was, so that pictures do not jump. */
  private readonly ranges = new Map<string, Range>();
  private readonly drawing: Drawing;

  constructor(private readonly box: HTMLElement) {
    this.drawing = new Drawing(box, () => this.draw());
  }

  /** The names of the layers seen so far. */
  get names(): string[] {
    return this.layers.map(({ name }) => name);
  }

  take(layers: readonly LayerPicture[]): void {
    this.layers = layers;
    for (const { name, channels } of layers)
      for (const { channel, histogram } of channels) {
        const key = `${name} ${channel}`;
        const [low, high] = this.ranges.get(key) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        this.ranges.set(key, [
          Math.min(low, histogram.borders[0]),
          Math.max(high, histogram.borders.at(-1)!),
        ]);
      }
    this.drawing.touch();
  }

  show(name: string): void {
    this.shown = name;
    this.drawing.touch();
  }

  clear(): void {
    this.layers = [];
    this.ranges.clear();
    this.drawing.touch();
  }

  private draw(): void {
    const channels = this.layers.find((layer) => layer.name === this.shown)?.channels ?? [];
    const shown = channels.map((picture) => ({
      picture,
      range: this.ranges.get(`${this.shown} ${picture.channel}`)!,
    }));
    this.box.innerHTML = drawChannels(shown).text;
  }
}
