// The home page: what mixgrad is, a picture of mixture normalization that mixgrad computes, and the ways from here.
import { readFileSync } from 'node:fs';
import { html } from '../../../dist/models/report/draw/html.js';
import { drawMixture } from '../../../dist/models/report/draw/mixture.js';
import { histogramOf } from '../../../dist/models/watch/pictures.js';
import { ROOT } from './addresses.js';
import { page, places } from './frame.js';
import { highlight } from './highlight.js';
import { read } from './markdown.js';
import { beside, editor } from './program.js';

/** Samples of one channel with two modes, one of them wider. */
const SAMPLES = 4000;
const modes = { weights: [0.6, 0.4], means: [-2, 3], deviations: [1.2, 0.5] };

const INSTALL = `npm install mixgrad                     # for a program of your own
npm ci && node models/train.js          # in a checkout: builds it, and trains on drawn images
`;

/** A picture of values with the mixture that they are compared with. */
const draw = (values, mixture) => {
  const histogram = histogramOf(values, [SAMPLES, 1], 0);
  const reach = Math.max(...histogram.borders.map(Math.abs));
  return drawMixture({ channel: 0, histogram, mixture }, [-reach, reach]);
};

/** One channel before and after both normalizations, computed by mixgrad. */
async function picture() {
  const { BatchNorm1d, createRandom, emFit, mixtureNorm, openDevice, setDevice, tensor } = await import(
    'mixgrad'
  );
  setDevice(await openDevice('reference'));
  const random = createRandom(1);
  const samples = Array.from({ length: SAMPLES }, (_, i) => {
    const k = Number(i >= modes.weights[0] * SAMPLES);
    return modes.means[k] + modes.deviations[k] * random.normal();
  });
  const x = tensor(samples, { shape: [SAMPLES, 1] });
  const init = { weights: tensor([0.5, 0.5]), means: tensor([[-1], [1]]), variances: tensor([[4], [4]]) };
  const fit = emFit(x, { init, iterations: 50 });
  const [weights, means, variances] = await Promise.all(
    [fit.weights, fit.means, fit.variances].map(async (t) => Array.from(await t.data())),
  );
  const { y } = mixtureNorm(x, { init: fit, training: true, iterations: 0, scale: 'unit' });
  const normal = { weights: [1], means: [0], deviations: [1] };
  const drawn = [
    [
      'A channel with two modes, and the mixture that EM finds',
      samples,
      { weights, means, deviations: variances.map(Math.sqrt) },
    ],
    [
      'Batch normalization: one mean, one variance, still two modes',
      await new BatchNorm1d(1).forward(x).data(),
      normal,
    ],
    ['Mixture normalization: each mode by its own', await y.data(), normal],
  ];
  return html`<div class="norms">${drawn.map(
    ([caption, values, mixture]) =>
      html`<figure>${draw(values, mixture)}<figcaption>${caption}</figcaption></figure>`,
  )}</div>`;
}

/** The first program of the README, and what it prints. */
function example() {
  const { tokens } = read(readFileSync(`${ROOT}README.md`, 'utf8'), {
    linkOf: String,
    titleOf: String,
    imageOf: String,
  });
  const [program, printed] = ['js', 'text'].map(
    (info) => tokens.find((token) => token.info === info).content,
  );
  return html`${editor(program)}${beside(html`<pre tabindex="0"><code>${printed}</code></pre>`)}`;
}

export async function home() {
  const main = html`<div class="home">
<h1>mixgrad</h1>
<p class="lead">A deep-learning framework small enough to read, that runs where you read it: a tape, its kernels, and batch
and mixture normalization from the inside.</p>
<p><a class="go" href="lab.html">Open the laboratory</a></p>
${await picture()}
<ul class="places">${places
    .slice(1)
    .map(({ title, page, says }) => html`<li><a href="${page}">${title}</a> ${says}</li>`)}</ul>
<h2>Install</h2>
<pre tabindex="0"><code>${highlight(INSTALL, 'sh')}</code></pre>
<h2>A first program</h2>
<p>It runs in this page. Change it as you like.</p>
${example()}
</div>`;
  return page({ title: 'mixgrad', script: 'program', main });
}
