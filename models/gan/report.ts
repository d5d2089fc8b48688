// report.html of a GAN's run: one file, readable without a network.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Html, html, nothing } from '../report/draw/html.js';
import { figures } from '../report/figure.js';
import { REPORT } from '../report/index.js';
import { page } from '../report/page.js';
import { facts as factsTable, missing, section } from '../report/section.js';
import type { DistanceMetric, GanMetric, SamplesMetric } from '../run/metrics.js';
import type { RunFolder } from '../run/run-folder.js';
import { distanceCurves, updateCurves } from './charts.js';
import { shown } from './run.js';
import { lastDistances } from './summary.js';

/** Steps whose grids are shown: the first, the last, and some between. */
const SHOWN = 6;

/** A run as far as its report goes. Every setting is listed. */
interface Reported {
  settings: { norm: string; normAt: readonly string[] | null; seed: number };
  folder: RunFolder;
}

/** Writes report.html for what was done so far; returns its path. */
export async function writeReport({ settings, folder }: Reported, facts: object): Promise<string> {
  const { metrics, path } = folder;
  const updates = metrics.filter((metric) => metric.kind === 'gan');
  const distances = metrics.filter((metric) => metric.kind === 'distance');
  const made = metrics.filter((metric) => metric.kind === 'samples');
  // Whoever runs short of room may have removed some.
  const grids = made.filter(({ file }) => existsSync(join(path, file)));
  const { norm, normAt } = settings;
  const body = html`${summary(settings, updates, folder)}
${distancesSection(distances)}
${lossesSection(updates)}
${samplesSection(grids, path)}
${section('Settings', 'What config.json has.', factsTable({ ...settings, out: path, ...facts }))}`;
  const where = normAt ? ` at ${normAt.join(', ')}` : '';
  return folder.write(REPORT, page(`DCGAN, norm ${norm} in the generator${where}`, body));
}

function summary({ seed }: Reported['settings'], updates: GanMetric[], { metrics }: RunFolder): Html {
  const last = updates.at(-1);
  if (!last) return html`<p class="result">No step was made.</p>`;
  const lines = Object.entries(lastDistances(metrics)).map(
    ([statistics, { count, frechet, kid, floor }]) =>
      html`<p class="result">By ${statistics} statistics, mean of the last ${count}: Fréchet distance on our features
<b>${shown(frechet)}</b> (test images ${shown(floor.frechet)}), KID <b>${shown(kid)}</b> (${shown(floor.kid)}).</p>`,
  );
  return html`<p class="result">After step ${last.step}, ${last.elapsed_s.toFixed(0)} s of training with seed ${seed}.</p>${lines}`;
}

function distancesSection(distances: DistanceMetric[]): Html {
  if (distances.length === 0) return missing('Distances', 'None were taken: --features names a classifier.');
  const about = `Of ${distances[0].samples} generated images from as many training images, by the features of the classifier named below.
The distance of test images from the same training images is one that no generator can be expected to go below. Ranges: the standard
deviation of one subset. The generator's norms have their running statistics, or precise ones, taken with the weights as they are.`;
  const pictures = [
    distanceCurves(distances, 'frechet', 'Fréchet distance on our features'),
    distanceCurves(distances, 'kid', 'KID on our features'),
  ];
  return section('Distances', about, figures(pictures));
}

function lossesSection(updates: GanMetric[]): Html {
  const about = `Batches as they were seen, neighbours averaged; and how real the discriminator takes real and generated images to be,
these before and after its update.`;
  const pictures = [
    updateCurves(updates, { discriminator: 'lossD', generator: 'lossG' }, 'Loss'),
    updateCurves(
      updates,
      { 'D(x)': 'real', 'D(G(z))': 'fake', 'after its update': 'fooled' },
      'Share of truth',
    ),
  ];
  return section('Losses', about, figures(pictures));
}

function samplesSection(grids: SamplesMetric[], path: string): Html {
  if (grids.length === 0) return nothing;
  const parts = some([...new Set(grids.map(({ step }) => step))]).map((step) => {
    const pictures = grids.filter((grid) => grid.step === step).map((grid) => sample(grid, path));
    return html`<h3>After step ${step}</h3><div class="charts">${pictures}</div>`;
  });
  return section('Samples', 'The same numbers z each time.', html`${parts}`);
}

/** Some of a list, evenly, the last among them. */
function some(steps: number[]): number[] {
  const count = Math.min(SHOWN, steps.length);
  return Array.from({ length: count }, (_, i) => steps[Math.ceil(((i + 1) * steps.length) / count) - 1]);
}

function sample({ file, step, statistics }: SamplesMetric, path: string): Html {
  const data = `data:image/png;base64,${readFileSync(join(path, file)).toString('base64')}`;
  const words = `images generated after step ${step} by ${statistics} statistics`;
  return html`<figure><img src="${data}" alt="${words}"><figcaption>${statistics} statistics</figcaption></figure>`;
}
