// Mixture normalization layers: their pictures over training, their weights and their likelihoods.
import type { LayerNumbers, LayerPicture, LayersMetric, Metric, PicturesMetric } from '../run/metrics.js';
import type { Series } from './draw/chart.js';
import { drawChannels, type Frame, tableOf, titleOf } from './draw/frame.js';
import { Html, html, nothing } from './draw/html.js';
import { type Range, rangeOf } from './draw/scale.js';
import { figure, figures } from './figure.js';
import { namesOf, over } from './layers.js';
import { missing, section, spread } from './section.js';

/** Evaluations that a page can show. */
const FRAMES = 24;

/** Of each mixture its histograms, by a slider over the evaluations, its weights and its likelihoods. */
export function mixturesSection(metrics: readonly Metric[]): Html {
  const layers = metrics.filter((metric) => metric.kind === 'layers');
  const pictures = metrics.filter((metric) => metric.kind === 'pictures');
  const measured = namesOf(layers).filter((name) => layers.some((one) => one.layers[name]?.weights));
  const pictured = [...new Set(pictures.flatMap((one) => one.layers.map(({ name }) => name)))];
  const all = pictured.length > 0 ? pictured : spread(measured);
  if (all.length === 0)
    return missing(
      'Activations',
      'Nothing was recorded: the network was not evaluated, or has no normalization.',
    );
  const shown = inOrder(all, namesOf(layers));
  const frames = framesOf(pictures, shown);
  return section(
    'Activations and mixtures',
    `What goes into each normalization on a batch of test images (grey), the normal distribution or the components of the
mixture that normalizes it in evaluation (colours), and their sum (dashed), for some channels.`,
    html`${slider(frames)}
${shown.map((name) => layerPart(name, frames.at(-1), layers))}`,
  );
}

/** Names in the network's order, as far as that is known. */
function inOrder(names: readonly string[], order: readonly string[]): string[] {
  return [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
}

/** The evaluations as the page has them; of many, some, evenly to the last. */
function framesOf(pictures: readonly PicturesMetric[], names: readonly string[]): Frame[] {
  const every = Math.ceil(pictures.length / FRAMES);
  const some = pictures.filter((_, i) => (pictures.length - 1 - i) % every === 0);
  const ranges = rangesOf(some);
  const rounded = ({ step, epoch, layers }: PicturesMetric): Frame => {
    const shown = layers.filter(({ name }) => names.includes(name));
    const entry = ({ name, channels }: LayerPicture) => {
      const each = channels.map((one) => ({
        picture: one,
        range: ranges.get(`${name} ${one.channel}`)!,
      }));
      return [name, each] as const;
    };
    return { step, epoch, layers: Object.fromEntries(shown.map(entry)) };
  };
  return some.map(rounded);
}

/** The range of each layer's channel over all evaluations. */
function rangesOf(pictures: readonly PicturesMetric[]): Map<string, Range> {
  const found = new Map<string, number[]>();
  for (const { name, channels } of pictures.flatMap(({ layers }) => layers)) {
    for (const { channel, histogram } of channels) {
      const key = `${name} ${channel}`;
      found.set(key, [...(found.get(key) ?? []), histogram.borders[0], histogram.borders.at(-1)!]);
    }
  }
  return new Map([...found].map(([key, values]) => [key, rangeOf(values)]));
}

/** A value as JSON in a script element, which it cannot end. */
const inScript = (value: unknown) => new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));

/** The slider over evaluations, which the page's script shows, and what it draws. */
function slider(frames: readonly Frame[]): Html {
  const last = frames.at(-1);
  if (!last) return html`<p class="about">No picture was recorded: the network was not evaluated.</p>`;
  return html`<div class="slider"><label for="frame">Evaluation</label>
<input type="range" id="frame" min="0" max="${frames.length - 1}" step="1" value="${frames.length - 1}" hidden>
<output for="frame">${titleOf(last)}</output></div>
<script type="application/json" id="frames">${inScript(frames)}</script>`;
}

/** A layer: its channels at the last evaluation, its weights and its likelihoods. */
function layerPart(name: string, last: Frame | undefined, metrics: readonly LayersMetric[]): Html {
  const channels = last?.layers[name] ?? [];
  const pictures = html`<div class="channels" data-layer="${name}">${drawChannels(channels)}</div>
<details><summary>Values<span class="of"> of the mixtures of ${name}</span></summary>
<div class="scroll mixtures" tabindex="0" role="region" aria-label="Mixtures of ${name}" data-layer="${name}">${tableOf(channels)}</div></details>`;
  return html`<h3>${name}</h3>
${channels.length > 0 ? pictures : nothing}
${figures([weightsOf(name, metrics), likelihoodsOf(name, metrics)])}`;
}

/** One series for each place of a list that a layer has at every step. */
function each(
  name: string,
  metrics: readonly LayersMetric[],
  of: (numbers: LayerNumbers) => readonly number[] | undefined,
  title: (i: number, count: number) => string,
): Series[] {
  const count = Math.max(0, ...metrics.map(({ layers }) => (layers[name] && of(layers[name])?.length) ?? 0));
  return Array.from({ length: count }, (_, i) => ({
    name: title(i, count),
    points: over(metrics, name, (numbers) => of(numbers)?.[i]),
    color: i,
    look: 'line',
  }));
}

function weightsOf(name: string, metrics: readonly LayersMetric[]): Html {
  const series = each(
    name,
    metrics,
    ({ weights }) => weights,
    (k) => `component ${k}`,
  );
  return figure({ title: `Component weights of ${name}`, series, include: [0, 1] });
}

function likelihoodsOf(name: string, metrics: readonly LayersMetric[]): Html {
  const title = (i: number, count: number) =>
    i === 0 ? 'before EM' : `after round ${i}${i === count - 1 && i > 1 ? ', the last' : ''}`;
  const series = each(name, metrics, ({ logLikelihoods }) => logLikelihoods, title);
  return figure({ title: `Mean log-likelihood of ${name}`, series }, 'of a batch, over the rounds of EM');
}
