// What the components of a layer weigh, over the updates.
import type { LayerWeights } from '../../../dist/models/lab/session.js';
import { type Html, html } from '../../../dist/models/report/draw/html.js';
import { COLOURS } from '../../../dist/models/report/draw/mixture.js';
import { GrowingChart, Growth } from './chart.js';
import { legendOf } from './components.js';
import { Drawing } from './drawing.js';

/** A component is called dead up to so many times the least weight: running weights come near it and need not reach it. */
const NEAR = 2;
/** The last messages that are shown. */
const NOTES = 5;

export class WeightsView {
  private layer = '';
  private readonly growths = new Map<string, Growth>();
  private latest: readonly LayerWeights[] = [];
  private notes: string[] = [];
  private chart: GrowingChart | null = null;
  private readonly drawing: Drawing;

  /** `plot` is where the chart is, `list` where the numbers are, and `log` where it stands who died. */
  constructor(private readonly boxes: Record<'plot' | 'list' | 'log', HTMLElement>) {
    this.drawing = new Drawing(boxes.list, () => this.draw());
  }

  take(step: number, weights: readonly LayerWeights[]): void {
    this.latest = weights;
    for (const { layer, weights: own } of weights) {
      const growth = this.growths.get(layer) ?? new Growth(own.map((_, k) => lineOf(k)));
      this.growths.set(layer, growth);
      for (const [k, weight] of own.entries()) growth.set(k, step, weight);
    }
    this.drawing.touch();
  }

  /** A component died. */
  note(step: number, message: string): void {
    this.notes = [`update ${step}, ${message}`, ...this.notes].slice(0, NOTES);
    this.drawing.touch();
  }

  show(layer: string): void {
    this.layer = layer;
    this.drawing.touch();
  }

  clear(): void {
    this.growths.clear();
    [this.latest, this.notes] = [[], []];
    this.drawing.touch();
  }

  private draw(): void {
    const { plot, list, log } = this.boxes;
    const shown = this.latest.find(({ layer }) => layer === this.layer);
    const growth = this.growths.get(this.layer);
    plot.hidden = !growth;
    list.innerHTML = shown ? wordsOf(shown).text : '';
    if (!shown && this.layer) list.textContent = `${this.layer} has no mixture: it is batch normalization.`;
    log.innerHTML = html`${this.notes.map((note) => html`<li>${note}</li>`)}`.text;
    if (!growth) return;
    const look = { most: 1, height: 200, hasLegend: false };
    this.chart ??= new GrowingChart(plot, look, growth);
    this.chart.show(growth);
  }
}

/** The weights in numbers, and which components are dead. */
function wordsOf({ weights, floor }: LayerWeights): Html {
  const isDead = (weight: number) => weights.length > 1 && weight <= NEAR * floor;
  return legendOf(weights.map((weight) => `${weight.toFixed(3)}${isDead(weight) ? ', dead' : ''}`));
}

const lineOf = (k: number) => ({ colour: `c${k % COLOURS}`, label: `component ${k}` });
