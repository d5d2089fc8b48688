// report.html: one file, readable without a network, that shows what a run did.
import type { EvalMetric, LayerPicture, TrainMetric } from '../run/metrics.js';
import { percent } from '../run/progress.js';
import type { RunFolder } from '../run/run-folder.js';

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
  settings: { model: string; norm: string; seed: number };
  folder: RunFolder;
}

/** Writes report.html for what was done so far; returns its path. */
export async function writeReport({ settings, folder }: Reported, facts: Facts): Promise<string> {
  const train = folder.metrics.filter((metric) => metric.kind === 'train');
  const test = folder.metrics
    .filter((metric) => metric.kind === 'eval')
    .filter(({ statistics }) => statistics === 'running');
  const layers = folder.metrics.findLast((metric) => metric.kind === 'pictures')?.layers ?? [];
  const sections = [
    summary(settings, train, test),
    await curvesSection(train, test),
    await layersSection(layers),
    table('Settings', { ...settings, out: folder.path, ...facts }),
  ];
  return folder.write(REPORT, page(`${settings.model}, norm ${settings.norm}`, sections.join('\n')));
}

function summary({ norm, seed }: Reported['settings'], train: TrainMetric[], test: EvalMetric[]): string {
  const lastTrain = train.at(-1);
  const lastTest = test.at(-1);
  if (!lastTrain) return '<p>No step was made.</p>';
  const done = `${lastTrain.step} steps in ${lastTrain.elapsed_s.toFixed(0)} s, norm ${norm}, seed ${seed}.`;
  if (!lastTest) return `<p>${done} Not evaluated yet.</p>`;
  const best = Math.max(...test.map((metric) => metric.accuracy));
  return `<p>${done} Test accuracy <b>${percent(lastTest.accuracy)}</b> after step ${lastTest.step}, at best ${percent(best)}.</p>`;
}

async function curvesSection(train: TrainMetric[], test: EvalMetric[]): Promise<string> {
  if (train.length === 0) return '';
  const { curves } = await import('./charts.js');
  const pictures = (['loss', 'accuracy'] as const).map((y) => curves(train, test, y));
  return `<h2>Loss and accuracy</h2>
<p>Grey: training batches as they were seen, neighbours averaged. Red: the test set.</p>
<div class="row">${pictures.join('')}</div>`;
}

async function layersSection(layers: LayerPicture[]): Promise<string> {
  if (layers.length === 0) return '';
  const { mixtureOverHistogram } = await import('./charts.js');
  const sections = layers.map(({ name, components, logLikelihoods, channels }) => {
    const rounds = logLikelihoods.map((value) => value.toFixed(3)).join(' → ');
    return `<h3>${escapeHtml(name)}: ${components} components</h3>
<p>Mean log-likelihood of the batch${logLikelihoods.length > 1 ? ' over the EM rounds' : ''}: ${rounds}</p>
<div class="row">${channels.map(mixtureOverHistogram).join('')}</div>`;
  });
  return `<h2>Inputs of normalizations</h2>
<p>Inputs of mixture and batch normalizations on one test batch (grey), the running mixture's components (colours)
and their sum (dashed), for some channels. Batch normalization has one component.</p>
${sections.join('\n')}`;
}

function table(title: string, rows: object): string {
  const lines = Object.entries(rows).map(
    ([key, value]) => `<tr><th>${escapeHtml(key)}</th><td>${escapeHtml(String(value ?? '–'))}</td></tr>`,
  );
  return `<h2>${title}</h2>\n<table>${lines.join('')}</table>`;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222; }
.row { display: flex; flex-wrap: wrap; gap: 1em; }
th { text-align: left; font-weight: normal; color: #666; padding-right: 1.5em; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
