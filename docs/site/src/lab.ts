// The laboratory: a form, two workers that train, and what they report.
import '../../../models/report/page/style.css';
import './style.css';
import './lab.css';
import {
  type Choices,
  choicesOf,
  experimentOf,
  type FieldName,
  hashOf,
  normOf,
} from '../../../dist/models/lab/choices.js';
import { GrowingChart, Growth } from './chart.js';
import { DataPanel } from './data-panel.js';
import { Form } from './form.js';
import { NetworkFiles } from './network-files.js';
import { DrawingPad } from './pad.js';
import type { Images, Order, Report } from './protocol.js';
import { aboutThreads, offerGpu, threadsOfEach, whyNoTraining } from './support.js';
import { Views } from './views.js';

const NORMS = ['bn', 'mn'] as const;
/** Updates that a loss is averaged over. */
const WINDOW = 20;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [runButton, stepButton, restartButton] = ['run', 'step', 'restart'].map((id) =>
  find<HTMLButtonElement>(id),
);
let choices: Choices = choicesOf(location.hash);
let isRunning = false;

/** The norm of a network, as headings write it. */
const titleOf = (norm: (typeof NORMS)[number]) => normOf(choices, norm).toUpperCase();
const growth = () => new Growth(NORMS.map((norm) => ({ colour: norm, label: titleOf(norm) })));
const lossTitle = `training loss, mean of the last ${WINDOW} updates`;
const lossChart = new GrowingChart(find('loss'), { title: lossTitle }, growth());
const accuracyTitle = 'test accuracy in %, by precise statistics';
const accuracyChart = new GrowingChart(find('accuracy'), { title: accuracyTitle, hasPoints: true }, growth());
const views = new Views((look) => {
  for (const network of networks) network.tell({ kind: 'look', ...look });
});

/** One of the two networks. */
class Network {
  private worker: Worker | null = null;
  private recent: number[] = [];
  private readonly files: NetworkFiles;
  /** In the charts. */
  private readonly line: number;

  constructor(
    readonly norm: (typeof NORMS)[number],
    private readonly output: HTMLElement,
  ) {
    this.line = NORMS.indexOf(norm);
    const side = norm === 'bn' ? 'left' : 'right';
    this.files = new NetworkFiles(find(`${norm}-files`), side, (order) => this.tell(order));
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
    views.clear(this.norm);
    this.files.clear();
    this.output.textContent = 'not begun';
    delete this.output.dataset.step;
  }

  private begin(): void {
    const images = data.imagesFor(choices) as Images;
    this.worker = new Worker(new URL('./trainer.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<Report>) => this.hear(data);
    this.worker.onerror = ({ message }) =>
      alarm(`${titleOf(this.norm)}: ${message || 'its worker does not start'}`);
    this.worker.postMessage({
      ...{ kind: 'start', images, device: choices.device as 'wasm' | 'webgpu', threads: threadsOfEach() },
      experiment: experimentOf(choices, this.norm),
    } satisfies Order);
  }

  private hear(report: Report): void {
    views.hear(this.norm, report);
    this.files.hear(report);
    if (report.kind === 'failed') alarm(`${titleOf(this.norm)}: ${report.message}`);
    if (report.kind === 'taken over') this.takenOver(report);
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

  private takenOver({ what, step, lr }: Extract<Report, { kind: 'taken over' }>): void {
    this.recent = [];
    this.output.textContent = `update ${step}: the ${what} of a file`;
    this.output.dataset.step = String(step);
    if (what === 'state') set('lr', String(lr));
  }
}

const form = new Form(find('fields'), set);
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
  lossChart.show(growth());
  accuracyChart.show(growth());
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

/** Shows what is chosen. */
function showChoices(): void {
  form.show(choices);
  for (const norm of NORMS)
    for (const place of document.querySelectorAll(`[data-title=${norm}]`)) place.textContent = titleOf(norm);
  data.tell(choices);
}

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
showChoices();
const drawn = choices.data === 'drawings' ? pad.own() : null;
if (drawn) data.take(drawn);
offerGpu(document.getElementsByName('device')[0] as HTMLSelectElement);
const lack = whyNoTraining();
for (const button of [runButton, stepButton]) button.disabled = lack !== null;
find('support').textContent = lack ?? aboutThreads();
