// What is seen of both networks from inside, and where one looks.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import { ConfusionView } from './confusion.js';
import { FilterViews } from './filters.js';
import { LayerView } from './layers.js';
import { MapView } from './maps.js';
import type { Look, Report } from './protocol.js';
import { WeightsView } from './weights.js';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
/** The networks; only the second has mixtures. */
const NORMS = ['bn', 'mn'] as const;
type Norm = (typeof NORMS)[number];

/** One of each network, made from its name. */
const ofEach = <T>(make: (norm: Norm) => T): Record<Norm, T> => ({ bn: make('bn'), mn: make('mn') });

export class Views {
  private readonly layers = ofEach((norm) => new LayerView(find(`${norm}-layers`)));
  private readonly confusions = ofEach(
    (norm) =>
      new ConfusionView(
        {
          words: find(`${norm}-score`),
          table: find(`${norm}-confusion`),
          images: find(`${norm}-images`),
        },
        (image) => this.choose(image),
      ),
  );
  private readonly filters = new FilterViews(
    ofEach((norm) => find(`${norm}-filters`)),
    find('filter-scale'),
  );
  private readonly weights = new WeightsView({
    plot: find('weights'),
    list: find('weights-now'),
    log: find('weights-log'),
  });
  private readonly map = new MapView({
    image: find('image-picture'),
    imageName: find('image-name'),
    map: find('map-picture'),
    mapName: find('map-name'),
    legend: find('map-legend'),
    why: find('map-why'),
  });
  private readonly layer = find<HTMLSelectElement>('layer');
  private readonly image = find<HTMLInputElement>('image');

  /** `ask` tells both networks where one looks. */
  constructor(private readonly ask: (look: Look) => void) {
    this.layer.onchange = () => this.look();
    this.image.onchange = () => this.look();
    for (const [id, step] of [
      ['image-before', -1],
      ['image-after', 1],
    ] as const)
      find(id).onclick = () => this.choose(this.image.valueAsNumber + step);
  }

  hear(norm: Norm, report: Report): void {
    if (report.kind === 'ready') this.offerImages(norm, report.test);
    if (report.kind === 'score' && report.statistics === 'precise') this.confusions[norm].take(report);
    if (report.kind === 'filters') this.filters.take(norm, report.filters);
    if (report.kind === 'layers') {
      this.layers[norm].take(report.layers);
      this.offerLayers();
    }
    if (norm === 'bn') return;
    if (report.kind === 'weights') this.weights.take(report.step, report.weights);
    if (report.kind === 'note') this.weights.note(report.step, report.message);
    if (report.kind === 'map') this.map.take(report);
  }

  /** A network begins anew. */
  clear(norm: Norm): void {
    this.layers[norm].clear();
    this.confusions[norm].clear();
    this.filters.clear(norm);
    if (norm === 'bn') return;
    this.weights.clear();
    this.map.clear();
  }

  private offerImages(norm: Norm, test: Dataset): void {
    this.confusions[norm].offer(test);
    if (norm === 'mn') this.map.offer(test);
    this.image.max = String(test.length - 1);
    find('image-last').textContent = this.image.max;
    this.look();
  }

  /** The layers that one may look at, as soon as they are known. */
  private offerLayers(): void {
    const names = [...new Set(NORMS.flatMap((norm) => this.layers[norm].names))];
    const offered = [...this.layer.options].map(({ value }) => value);
    if (names.join() === offered.join()) return;
    const { value } = this.layer;
    this.layer.replaceChildren(...names.map((name) => new Option(name)));
    if (names.includes(value)) this.layer.value = value;
    this.look();
  }

  private choose(image: number): void {
    this.image.value = String(image);
    this.look();
  }

  /** Looks at what the page says. */
  private look(): void {
    const { layer, image } = this;
    const last = Number(image.max);
    image.value = String(Math.min(last, Math.max(0, Math.round(image.valueAsNumber || 0))));
    for (const norm of NORMS) this.layers[norm].show(layer.value);
    this.weights.show(layer.value);
    this.ask({ layer: layer.value, image: image.valueAsNumber });
  }
}
