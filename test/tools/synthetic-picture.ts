// Draws the pictures of docs/synthetic.md: node dist/test/tools/synthetic-picture.js [FOLDER]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encode } from 'fast-png';
import { CHANNELS, type Dataset, PLANE, SIDE } from '../../datasets/dataset.js';
import { synthetic } from '../../datasets/synthetic.js';
import { emFit, openDevice, setDevice, tensor } from '../../lib/index.js';
import { drawMixture } from '../../models/report/draw/mixture.js';
import style from '../../models/report/page/style.text.js';
import { histogramOf } from '../../models/watch/pictures.js';

/** Images whose pixels EM sees, and those that are shown. */
const IMAGES = 60;
const SHOWN = 10;
const ROUNDS = 20;
/** Where EM begins: the six colours of the set's four schemes. Two share a dark and a light one. */
const COLOURS = [
  [55, 55, 65],
  [205, 200, 185],
  [205, 85, 60],
  [65, 120, 130],
  [70, 90, 190],
  [200, 170, 90],
];
/** Pixels of the picture to one of an image, and between two images. */
const SCALE = 3;
const GAP = 8;

/** What drawn channels need of the style of reports: colours, in light and dark, and lines. */
function styleOf(): string {
  const [light, dark] = style.match(/:root\{[^}]*\}/g)!;
  const rules = style.match(
    /(?<=\})(\.c\d|\.histogram|\.sum|\.tick,\.base|\.series \.line|svg text)\{[^}]*\}/g,
  )!;
  return `${light}@media (prefers-color-scheme:dark){${dark}}${rules.join('')}`;
}

interface Fitted {
  weights: ArrayLike<number>;
  /** [K, 3] */
  means: ArrayLike<number>;
  variances: ArrayLike<number>;
  /** The component that each pixel of each image belongs to. */
  owners: Uint8Array;
}

/** A mixture of the colours of pixels. */
async function fit({ images }: Dataset): Promise<Fitted> {
  setDevice(await openDevice('reference'));
  const K = COLOURS.length;
  const init = {
    weights: tensor(COLOURS.map(() => 1 / K)),
    means: tensor(COLOURS),
    variances: tensor(COLOURS.map((colour) => colour.map(() => 400))),
  };
  const x = tensor(Array.from(images), { shape: [IMAGES, CHANNELS, SIDE, SIDE] });
  const { posteriors, ...mixture } = emFit(x, { init, iterations: ROUNDS });
  const tau = await posteriors.data();
  const owners = Uint8Array.from({ length: IMAGES * PLANE }, (_, i) => {
    const own = tau.subarray(i * K, (i + 1) * K);
    return own.indexOf(Math.max(...own));
  });
  const [weights, means, variances] = await Promise.all(
    [mixture.weights, mixture.means, mixture.variances].map((t) => t.data()),
  );
  return { weights, means, variances, owners };
}

/** Images side by side, and below each the mean colour of the component of each pixel. */
function drawImages({ images }: Dataset, { means, owners }: Fitted): Uint8Array {
  const each = SIDE * SCALE + GAP;
  const [width, height] = [SHOWN * each - GAP, 2 * each - GAP];
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [n, row] = [Math.floor(x / each), Math.floor(y / each)];
      const [i, j] = [Math.floor((y % each) / SCALE), Math.floor((x % each) / SCALE)];
      if (i >= SIDE || j >= SIDE) continue; // between images all is transparent
      const pixel = i * SIDE + j;
      const colour = Array.from({ length: CHANNELS }, (_, c) =>
        row === 0
          ? images[(n * CHANNELS + c) * PLANE + pixel]
          : Math.round(means[owners[n * PLANE + pixel] * CHANNELS + c]),
      );
      data.set([...colour, 255], 4 * (y * width + x));
    }
  return encode({ width, height, data, channels: 4, depth: 8 });
}

/** The histogram of one channel, with the mixture as it is seen there. */
function drawChannel({ images }: Dataset, { weights, means, variances }: Fitted, channel: number): string {
  const of = (values: ArrayLike<number>) => COLOURS.map((_, k) => values[k * CHANNELS + channel]);
  const histogram = histogramOf(images, [IMAGES, CHANNELS, SIDE, SIDE], channel);
  const mixture = {
    weights: Array.from(weights),
    means: of(means),
    deviations: of(variances).map(Math.sqrt),
  };
  const { text } = drawMixture({ channel, histogram, mixture }, [0, 255]);
  return text
    .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace('>', `><style>${styleOf()}</style>`);
}

/** The files of the folder of pictures. */
export async function drawSynthetic(): Promise<Record<string, Uint8Array | string>> {
  const data = synthetic({ count: IMAGES });
  const fitted = await fit(data);
  return { 'images.png': drawImages(data, fitted), 'red.svg': drawChannel(data, fitted, 0) };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2] ?? 'docs/synthetic';
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(await drawSynthetic()))
    writeFileSync(join(folder, name), content);
}
