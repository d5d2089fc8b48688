// report.html of a GAN's run: one file, readable without a network.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPORT } from '../report/index.js';
import type { DistanceMetric, GanMetric, SamplesMetric } from '../run/metrics.js';
import type { RunFolder } from '../run/run-folder.js';
import { shown } from './run.js';
import { lastDistances } from './summary.js';

/** Steps whose grids are shown: the first, the last, and some between. */
const SHOWN = 6;

/** A run as far as its report goes. Every setting is listed. */
interface Reported {
  settings: { norm: string; seed: number };
  folder: RunFolder;
}

/** Writes report.html for what was done so far; returns its path. */
export async function writeReport({ settings, folder }: Reported, facts: object): Promise<string> {
  const { metrics } = folder;
  const updates = metrics.filter((metric) => metric.kind === 'gan');
  const distances = metrics.filter((metric) => metric.kind === 'distance');
  const grids = metrics.filter((metric) => metric.kind === 'samples');
  const sections = [
    summary(settings, updates, folder),
    await distancesSection(distances),
    await lossesSection(updates),
    samplesSection(grids, folder.path),
    table({ ...settings, out: folder.path, ...facts }),
  ];
  return folder.write(REPORT, page(`DCGAN, norm ${settings.norm} in the generator`, sections.join('\n')));
}

function summary({ norm, seed }: Reported['settings'], updates: GanMetric[], { metrics }: RunFolder): string {
  const last = updates.at(-1);
  if (!last) return '<p>No step was made.</p>';
  const done = `${last.step} steps in ${last.elapsed_s.toFixed(0)} s, norm ${norm} in the generator, seed ${seed}.`;
  const lines = Object.entries(lastDistances(metrics)).map(
    ([statistics, { count, frechet, kid, floor }]) =>
      `<li>By ${statistics} statistics, mean of the last ${count}: Fréchet distance on our features <b>${shown(frechet)}</b>
(floor ${shown(floor.frechet)}), KID <b>${shown(kid)}</b> (floor ${shown(floor.kid)}).</li>`,
  );
  return `<p>${done}</p>${lines.length > 0 ? `<ul>${lines.join('')}</ul>` : ''}`;
}

async function distancesSection(distances: DistanceMetric[]): Promise<string> {
  if (distances.length === 0) return '';
  const { distanceCurves } = await import('./charts.js');
  const pictures = [
    distanceCurves(distances, 'frechet', 'Fréchet distance on our features'),
    distanceCurves(distances, 'kid', 'KID on our features'),
  ];
  return `<h2>Distances</h2>
<p>Of ${distances[0].samples} generated images from as many training images, by the features of the classifier named below. Dashed:
the same distance of test images, which no generator can be expected to go below. Bars: the standard deviation of one subset.
The generator's norms have their running statistics, or precise ones, taken with the weights as they are.</p>
<div class="row">${pictures.join('')}</div>`;
}

async function lossesSection(updates: GanMetric[]): Promise<string> {
  if (updates.length === 0) return '';
  const { updateCurves } = await import('./charts.js');
  const pictures = [
    updateCurves(updates, { discriminator: 'lossD', generator: 'lossG' }, 'loss'),
    updateCurves(updates, { 'D(x)': 'real', 'D(G(z))': 'fake', 'after its update': 'fooled' }, 'share'),
  ];
  return `<h2>Losses</h2>
<p>Batches as they were seen, neighbours averaged. Right: how real the discriminator takes real and generated images to be, these before
and after its update.</p>
<div class="row">${pictures.join('')}</div>`;
}

function samplesSection(grids: SamplesMetric[], path: string): string {
  if (grids.length === 0) return '';
  const figures = some([...new Set(grids.map(({ step }) => step))]).map((step) => {
    const pictures = grids.filter((grid) => grid.step === step).map((grid) => figure(grid, path));
    return `<h3>After step ${step}</h3>\n<div class="row">${pictures.join('')}</div>`;
  });
  return `<h2>Samples</h2>\n<p>The same numbers z each time.</p>\n${figures.join('\n')}`;
}

/** Some of a list, evenly, the last among them. */
function some(steps: number[]): number[] {
  const count = Math.min(SHOWN, steps.length);
  return Array.from({ length: count }, (_, i) => steps[Math.ceil(((i + 1) * steps.length) / count) - 1]);
}

function figure({ file, step, statistics }: SamplesMetric, path: string): string {
  const data = readFileSync(join(path, file)).toString('base64');
  const words = `images generated after step ${step} by ${statistics} statistics`;
  return `<figure><img src="data:image/png;base64,${data}" alt="${words}"><figcaption>${statistics} statistics</figcaption></figure>`;
}

function table(rows: object): string {
  const lines = Object.entries(rows).map(
    ([key, value]) => `<tr><th>${escapeHtml(key)}</th><td>${escapeHtml(String(value ?? '–'))}</td></tr>`,
  );
  return `<h2>Settings</h2>\n<table>${lines.join('')}</table>`;
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
figure { margin: 0; }
th { text-align: left; font-weight: normal; color: #555; padding-right: 1.5em; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
