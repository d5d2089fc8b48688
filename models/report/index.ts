// report.html of a run: one file, readable without a network, that shows what the run did.
import type { Metric } from '../run/metrics.js';
import { lastScore } from '../run/metrics.js';
import { percent } from '../run/progress.js';
import type { RunFolder } from '../run/run-folder.js';
import { curvesSection } from './curves.js';
import { type Html, html, nothing } from './draw/html.js';
import { descentSection, layersSection } from './layers.js';
import { mixturesSection } from './mixtures.js';
import { page } from './page.js';
import { facts as factsTable, section } from './section.js';

/** The file's name. */
export const REPORT = 'report.html';

/** What config.json and the report say beside the settings. */
export interface Facts {
  device: string;
  threads: number;
  trainImages: number;
  testImages: number;
  classes: number;
  parameters: number;
  totalSteps: number;
}

/** A run as far as its report goes. Every setting is listed. */
export interface Reported {
  settings: { model: string; norm: string; normAt: readonly string[] | null; seed: number };
  folder: RunFolder;
}

/** Writes report.html for what was done so far; returns its path. */
export async function writeReport({ settings, folder }: Reported, facts: Facts): Promise<string> {
  const { metrics, path } = folder;
  const body = html`<p class="result">${resultOf(settings, metrics, facts)}</p>
${curvesSection(metrics)}
${mixturesSection(metrics)}
${layersSection(metrics)}
${descentSection(metrics)}
${section('Settings', 'What config.json has.', factsTable({ ...settings, out: path, ...facts }))}`;
  return folder.write(REPORT, page(titleOf(settings), body));
}

const titleOf = ({ model, norm, normAt }: Reported['settings']) =>
  `${model}, norm ${norm}${normAt ? ` at ${normAt.join(', ')}` : ''}`;

/** What came of the run, in a sentence. */
function resultOf({ seed }: Reported['settings'], metrics: readonly Metric[], { totalSteps }: Facts): Html {
  const last = metrics.findLast((metric) => metric.kind === 'train');
  if (!last) return html`No step was made.`;
  const { step, elapsed_s } = last;
  const made = html`step ${step} of ${totalSteps}, ${elapsed_s.toFixed(0)} s of training with seed ${seed}`;
  const running = lastScore(metrics, 'running');
  if (!running) return html`After ${made}, the network has not been evaluated yet.`;
  const precise = lastScore(metrics, 'precise');
  const both = precise
    ? html` by running statistics, <b>${percent(precise.accuracy)}</b> by precise ones`
    : nothing;
  const when =
    running.step === step ? html`after ${made}` : html`after step ${running.step}; the run came to ${made}`;
  return html`Test accuracy <b>${percent(running.accuracy)}</b>${both}, ${when}.`;
}
