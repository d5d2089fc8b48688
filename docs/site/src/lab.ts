// The laboratory: a form, two workers that train, and what they report.
import '../../../models/report/page/style.css';
import './style.css';
import {
  type Choices,
  choicesOf,
  experimentOf,
  type Field,
  type FieldName,
  fields,
  hashOf,
  isPossible,
} from '../../../dist/models/lab/choices.js';
import { GrowingChart } from './chart.js';
import { LayerView } from './layers.js';
import type { Order, Report } from './protocol.js';

const NORMS = ['bn', 'mn'] as const;
const IMAGES = { kind: 'synthetic', train: 2000, test: 500 } as const;
/** Updates that a loss is averaged over. */
const WINDOW = 20;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [runButton, stepButton, restartButton] = ['run', 'step', 'restart'].map((id) =>
  find<HTMLButtonElement>(id),
);
const lossChart = new GrowingChart(find('loss'), `training loss, mean of the last ${WINDOW} updates`, NORMS);
const accuracyChart = new GrowingChart(
  find('accuracy'),
  'test accuracy in %, by precise statistics',
  NORMS,
  true,
);

const layerSelect = find<HTMLSelectElement>('layer');

let choices: Choices = choicesOf(location.hash);
let isRunning = false;

/** One of the two networks. */
class Network {
  private worker: Worker | null = null;
  private recent: number[] = [];
  private readonly view: LayerView;

  constructor(
    readonly norm: (typeof NORMS)[number],
    private readonly output: HTMLElement,
  ) {
    this.view = new LayerView(find(`${norm}-layers`));
  }

  /** Draws the layer that is looked at. */
  show(layer: string): void {
    this.view.show(layer);
  }

  /** Tells the worker, which begins where there is none: but nobody need be woken to hear of a pause or a rate. */
  tell(order: Order): void {
    const isNews = order.kind === 'go' || order.kind === 'one step';
    if (!this.worker && isNews) this.begin();
    this.worker?.postMessage(order);
  }

  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.recent = [];
    this.view.clear();
    this.output.textContent = 'not begun';
    delete this.output.dataset.step;
  }

  private begin(): void {
    this.worker = new Worker(new URL('./trainer.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Report>) => this.hear(data);
    this.worker.onerror = ({ message }) =>
      alarm(`${this.norm.toUpperCase()}: ${message || 'its worker does not start'}`);
    const threads = crossOriginIsolated ? Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)) : 1;
    this.worker.postMessage({
      ...{ kind: 'start', images: IMAGES, threads },
      experiment: experimentOf(choices, this.norm),
    } satisfies Order);
  }

  private hear(report: Report): void {
    if (report.kind === 'failed') alarm(`${this.norm.toUpperCase()}: ${report.message}`);
    if (report.kind === 'ready')
      this.output.textContent = `${report.parameters.toLocaleString('en')} parameters`;
    if (report.kind === 'score' && report.statistics === 'precise')
      accuracyChart.add(this.norm, report.step, 100 * report.accuracy);
    if (report.kind === 'layers') {
      this.view.take(report.layers);
      offerLayers(this.view.names);
      this.show(layerSelect.value);
    }
    if (report.kind !== 'update') return;
    this.recent = [...this.recent, report.loss].slice(-WINDOW);
    const { step, epoch, loss, imagesPerS } = report;
    lossChart.add(this.norm, step, this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length);
    this.output.textContent = `update ${step}, epoch ${epoch}: loss ${loss.toFixed(3)}, ${imagesPerS.toFixed(0)} images/s`;
    this.output.dataset.step = String(step);
    this.output.dataset.loss = String(loss);
  }
}

/** The layers that one may look at, as soon as they are known. */
function offerLayers(names: readonly string[]): void {
  if (layerSelect.options.length > 0) return;
  for (const name of names) layerSelect.add(new Option(name));
}

const networks = NORMS.map((norm) => new Network(norm, find(norm)));

function alarm(message: string): void {
  find('alert').textContent = message;
  run(false);
}

function run(shall: boolean): void {
  isRunning = shall;
  runButton.textContent = shall ? 'Pause' : 'Go on';
  for (const network of networks) network.tell({ kind: shall ? 'go' : 'pause' });
}

function restart(): void {
  isRunning = false;
  find('alert').textContent = '';
  runButton.textContent = 'Start';
  for (const network of networks) network.end();
  lossChart.clear();
  accuracyChart.clear();
}

/** Takes what a field says, if it can have it: the rate at once, everything else with a new beginning. */
function choose(field: Field, input: HTMLInputElement | HTMLSelectElement): void {
  const fits = isPossible(field, input.value);
  input.setAttribute('aria-invalid', String(!fits));
  if (!fits) return;
  choices = { ...choices, [field.name]: input.value };
  history.replaceState(null, '', `#${hashOf(choices)}`);
  if (field.name !== 'lr') restart();
  else for (const network of networks) network.tell({ kind: 'rate', lr: Number(input.value) });
}

function inputOf(field: Field): HTMLInputElement | HTMLSelectElement {
  const value = choices[field.name as FieldName];
  if ('words' in field) {
    const select = document.createElement('select');
    for (const word of field.words) select.add(new Option(word, word, false, word === value));
    return select;
  }
  const { least: min, most: max, step } = field;
  return Object.assign(document.createElement('input'), { type: 'number', min, max, step, value });
}

function showFields(): void {
  const rows = fields.map((field) => {
    const [label, input, hint] = [
      document.createElement('label'),
      inputOf(field),
      document.createElement('span'),
    ];
    hint.className = 'hint';
    hint.textContent = field.hint;
    input.name = field.name;
    input.addEventListener('change', () => choose(field, input));
    label.append(field.label, input, hint);
    return label;
  });
  find('fields').replaceChildren(...rows);
}

layerSelect.onchange = () => {
  for (const network of networks) network.show(layerSelect.value);
};
runButton.onclick = () => run(!isRunning);
stepButton.onclick = () => {
  if (isRunning) run(false);
  for (const network of networks) network.tell({ kind: 'one step' });
};
restartButton.onclick = restart;
addEventListener('hashchange', () => {
  choices = choicesOf(location.hash);
  showFields();
  restart();
});
showFields();
