// The laboratory: a form, two workers that train, and what they report.
import '../../../models/report/page/style.css';
import './style.css';
import {
  type Choices,
  choicesOf,
  experimentOf,
  type FieldName,
  fields,
  hashOf,
  isPossible,
  normOf,
  wordsOf,
} from '../../../dist/models/lab/choices.js';
import type { Field } from '../../../dist/models/lab/field.js';
import { GrowingChart } from './chart.js';
import { DataPanel } from './data-panel.js';
import { LayerView } from './layers.js';
import { NetworkFiles } from './network-files.js';
import { DrawingPad } from './pad.js';
import type { Images, Order, Report } from './protocol.js';
import { aboutThreads, offerGpu, threadsOfEach, whyNoTraining } from './support.js';

const NORMS = ['bn', 'mn'] as const;
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
  private readonly files: NetworkFiles;

  constructor(
    readonly norm: (typeof NORMS)[number],
    private readonly output: HTMLElement,
  ) {
    this.view = new LayerView(find(`${norm}-layers`));
    const side = norm === 'bn' ? 'left' : 'right';
    this.files = new NetworkFiles(find(`${norm}-files`), side, (order) => this.tell(order));
  }

  /** The norm that it has, as headings write it. */
  get title(): string {
    return normOf(choices, this.norm).toUpperCase();
  }

  /** Draws the layer that is looked at. */
  show(layer: string): void {
    this.view.show(layer);
  }

  /** Tells the worker, which begins where there is none: but nobody need be woken to hear of a pause or a rate. */
  tell(order: Order): void {
    const isNews = order.kind !== 'pause' && order.kind !== 'rate';
    if (!this.worker && isNews) {
      if (lacksImages()) return;
      this.begin();
    }
    this.worker?.postMessage(order);
  }

  end(): void {
    this.worker?.terminate();
    this.worker = null;
    this.recent = [];
    this.view.clear();
    this.files.clear();
    this.output.textContent = 'not begun';
    delete this.output.dataset.step;
  }

  private begin(): void {
    const images = data.imagesFor(choices) as Images;
    this.worker = new Worker(new URL('./trainer.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Report>) => this.hear(data);
    this.worker.onerror = ({ message }) => alarm(`${this.title}: ${message || 'its worker does not start'}`);
    this.worker.postMessage({
      ...{ kind: 'start', images, device: choices.device as 'wasm' | 'webgpu', threads: threadsOfEach() },
      experiment: experimentOf(choices, this.norm),
    } satisfies Order);
  }

  private hear(report: Report): void {
    this.files.hear(report);
    if (report.kind === 'failed') alarm(`${this.title}: ${report.message}`);
    if (report.kind === 'taken over') this.takenOver(report);
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

  private takenOver({ what, step, lr }: Extract<Report, { kind: 'taken over' }>): void {
    this.recent = [];
    this.output.textContent = `update ${step}: the ${what} of a file`;
    this.output.dataset.step = String(step);
    if (what === 'state') set('lr', String(lr));
  }
}

/** The layers that one may look at, as soon as they are known. */
function offerLayers(names: readonly string[]): void {
  if (layerSelect.options.length > 0) return;
  for (const name of names) layerSelect.add(new Option(name));
}

const networks = NORMS.map((norm) => new Network(norm, find(norm)));
const data = new DataPanel(find('data'), (kind) => {
  set('data', kind);
  restart(); // other files of the same kind are other data
});
const pad = new DrawingPad(find('pad'), (own) => data.take(own));

function alarm(message: string): void {
  find('alert').textContent = message;
  run(false);
}

/** Asks for the images that the link wants, where they are not here. */
function lacksImages(): boolean {
  const images = data.imagesFor(choices);
  const isLacking = typeof images === 'string';
  if (isLacking) find('alert').textContent = images;
  return isLacking;
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

/** Takes what a field says, if it can have it. */
function choose(field: Field, input: HTMLInputElement | HTMLSelectElement): void {
  const fits = isPossible(field, input.value, choices);
  input.setAttribute('aria-invalid', String(!fits));
  if (fits) set(field.name as FieldName, input.value);
}

/** Gives a field a value: the rate at once, everything else with a new beginning. */
function set(name: FieldName, value: string): void {
  // a network may not have the places that another one had
  choices = choicesOf(hashOf({ ...choices, [name]: value }));
  history.replaceState(null, '', `#${hashOf(choices)}`);
  showChoices();
  if (name !== 'lr') restart();
  else for (const network of networks) network.tell({ kind: 'rate', lr: Number(value) });
}

function inputOf(field: Field): HTMLInputElement | HTMLSelectElement {
  if ('words' in field) return document.createElement('select');
  const { least: min, most: max, step } = field;
  return Object.assign(document.createElement('input'), { type: 'number', min, max, step });
}

function makeFields(): void {
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

/** Shows what is chosen; fields stay where they are, for one of them may have the focus. */
function showChoices(): void {
  for (const field of fields as readonly Field[]) {
    const input = document.getElementsByName(field.name)[0] as HTMLInputElement | HTMLSelectElement;
    if (input instanceof HTMLSelectElement && 'words' in field) showWords(input, wordsOf(field, choices));
    input.value = choices[field.name as FieldName];
    input.removeAttribute('aria-invalid');
  }
  for (const { norm, title } of networks) find(`${norm}-name`).textContent = title;
  data.tell(choices);
}

function showWords(select: HTMLSelectElement, words: readonly string[]): void {
  if ([...select.options].map(({ value }) => value).join() === words.join()) return;
  select.replaceChildren(...words.map((word) => new Option(word)));
}

layerSelect.onchange = () => {
  for (const network of networks) network.show(layerSelect.value);
};
runButton.onclick = () => {
  if (isRunning || !lacksImages()) run(!isRunning);
};
stepButton.onclick = () => {
  if (isRunning) run(false);
  for (const network of networks) network.tell({ kind: 'one step' });
};
restartButton.onclick = restart;
addEventListener('hashchange', () => {
  choices = choicesOf(location.hash);
  showChoices();
  restart();
});
makeFields();
showChoices();
const drawn = choices.data === 'drawings' ? pad.own() : null;
if (drawn) data.take(drawn);
offerGpu(document.getElementsByName('device')[0] as HTMLSelectElement);
const lack = whyNoTraining();
for (const button of [runButton, stepButton]) button.disabled = lack !== null;
find('support').textContent = lack ?? aboutThreads();
