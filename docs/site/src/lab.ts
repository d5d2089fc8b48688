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
  partOf,
  parts,
} from '../../../dist/models/lab/choices.js';
import { GrowingChart, Growth } from './chart.js';
import type { Order, Report } from './protocol.js';
import { Views } from './views.js';

const NORMS = ['bn', 'mn'] as const;
const IMAGES = { kind: 'synthetic', train: 2000, test: 500 } as const;
/** Updates that a loss is averaged over. */
const WINDOW = 20;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [runButton, stepButton, restartButton] = ['run', 'step', 'restart'].map((id) =>
  find<HTMLButtonElement>(id),
);
const lines = NORMS.map((norm) => ({ colour: norm, label: norm.toUpperCase() }));
const lossTitle = `training loss, mean of the last ${WINDOW} updates`;
const lossChart = new GrowingChart(find('loss'), { title: lossTitle }, new Growth(lines));
const accuracyTitle = 'test accuracy in %, by precise statistics';
const accuracyChart = new GrowingChart(
  find('accuracy'),
  { title: accuracyTitle, hasPoints: true },
  new Growth(lines),
);
const views = new Views((look) => {
  for (const network of networks) network.tell({ kind: 'look', ...look });
});

let choices: Choices = choicesOf(location.hash);
let isRunning = false;

/** One of the two networks. */
class Network {
  private worker: Worker | null = null;
  private recent: number[] = [];
  /** In the charts. */
  private readonly line: number;

  constructor(
    readonly norm: (typeof NORMS)[number],
    private readonly output: HTMLElement,
  ) {
    this.line = NORMS.indexOf(norm);
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
    views.clear(this.norm);
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
    views.hear(this.norm, report);
    if (report.kind === 'failed') alarm(`${this.norm.toUpperCase()}: ${report.message}`);
    if (report.kind === 'ready')
      this.output.textContent = `${report.parameters.toLocaleString('en')} parameters`;
    if (report.kind === 'score' && report.statistics === 'precise')
      accuracyChart.add(this.line, report.step, 100 * report.accuracy);
    if (report.kind !== 'update') return;
    this.recent = [...this.recent, report.loss].slice(-WINDOW);
    const { step, epoch, loss, imagesPerS } = report;
    const mean = this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length;
    lossChart.add(this.line, step, mean);
    this.output.textContent = `update ${step}, epoch ${epoch}: loss ${loss.toFixed(3)}, ${imagesPerS.toFixed(0)} images/s`;
    this.output.dataset.step = String(step);
    this.output.dataset.loss = String(loss);
  }
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

function rowOf(field: (typeof fields)[number]): HTMLLabelElement {
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
}

function showFields(): void {
  const sets = Object.entries(parts).map(([part, title]) => {
    const [set, legend] = [document.createElement('fieldset'), document.createElement('legend')];
    legend.textContent = title;
    set.append(legend, ...fields.filter(({ name }) => partOf[name] === part).map(rowOf));
    return set;
  });
  find('fields').replaceChildren(...sets);
}

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
