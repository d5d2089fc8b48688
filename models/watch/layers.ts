// What is measured of the normalization layers in an update, from outside: by hooks, which change no number of it.
import {
  BatchNorm2d,
  GhostBatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  MixtureNorm2d,
  ModeNorm2d,
  type Module,
  noGrad,
  type Tensor,
} from '../../lib/index.js';
import type { LayerNumbers } from '../run/metrics.js';
import { toDigits } from './digits.js';
import { type Fit, gatesOf, type MixtureNumbers, MixtureStart, mixtureNumbers } from './mixtures.js';

const classes = [BatchNorm2d, GhostBatchNorm2d, MixtureNorm2d, ModeNorm2d, GroupNorm, InstanceNorm2d];
/** A layer that normalizes [N, C, H, W]. */
export type Norm = InstanceType<(typeof classes)[number]>;

/** Significant digits of a number. */
const DIGITS = 6;

/** A γ of so small a share of β leaves no digits of what it was multiplied by. */
const FAINT = 1e-4;

/** The normalization layers of a network, by dotted name. */
export function normsOf(network: Module): [string, Norm][] {
  return network
    .namedModules()
    .filter((entry): entry is [string, Norm] => classes.some((one) => entry[1] instanceof one));
}

/** One pass of a batch, or of a part of it, through a layer: small tensors, to be read when the update is over. */
interface Pass {
  /** Of each channel of the output. */
  means: Tensor;
  variances: Tensor;
  /** γ and β as the pass had them. */
  scale: Tensor | null;
  shift: Tensor | null;
  /** Of a layer with components. */
  fit: Fit | null;
  /** The sum of squares of the gradient of the input; null where it has none. */
  gradient: Tensor | null;
}

/** Layers that are being watched. */
export interface LayerWatch {
  /** Takes the hooks away. What was noted can still be read. */
  stop(): void;
  /** What the layers did, by name. */
  numbers(): Promise<Record<string, LayerNumbers>>;
}

/** Watches the normalization layers of a network until `stop` is called. */
export async function watchLayers(network: Module): Promise<LayerWatch> {
  const passes = new Map<string, Pass[]>();
  const ends: (() => void)[] = [];
  for (const [name, layer] of normsOf(network)) {
    const list: Pass[] = [];
    passes.set(name, list);
    const isWarm = layer instanceof MixtureNorm2d && layer.seeding === 'warm'; // else EM starts where only the layer knows
    const start = isWarm ? await MixtureStart.of(layer) : null;
    const note = (x: Tensor, y: Tensor) => {
      const fit = layer instanceof ModeNorm2d ? gatesOf(layer, x) : (start?.fit(x) ?? null);
      list.push(passOf(layer, x, y, fit));
    };
    const unhook = (layer as Module).registerForwardHook((_layer, [x], y) => void note(x, y));
    ends.push(unhook, () => start?.end());
  }
  return {
    stop() {
      for (const end of ends.splice(0)) end();
    },
    async numbers() {
      const found: Record<string, LayerNumbers> = {};
      for (const [name, list] of passes) if (list.length > 0) found[name] = await numbersOf(list);
      return found;
    },
  };
}

/** What a pass leaves; the gradient is there after backward(). */
function passOf({ weight, bias }: Norm, x: Tensor, y: Tensor, fit: Fit | null): Pass {
  const pass: Pass = noGrad(() => ({
    means: y.mean([0, 2, 3]),
    variances: y.var([0, 2, 3], { correction: 0 }),
    scale: weight?.detach() ?? null,
    shift: bias?.detach() ?? null,
    fit,
    gradient: null,
  }));
  if (x.requiresGrad) {
    x.registerHook((g) => {
      pass.gradient = noGrad(() => g.square().sum());
    });
  }
  return pass;
}

/** Of a batch that went through in parts: the gradient is that of the whole, all else the mean over the parts. */
async function numbersOf(passes: readonly Pass[]): Promise<LayerNumbers> {
  const squares = await Promise.all(passes.map(({ gradient }) => gradient?.item() ?? Number.NaN));
  const deviations = await Promise.all(passes.map(deviationOf));
  const fits = await Promise.all(passes.flatMap(({ fit }) => (fit ? [mixtureNumbers(fit)] : [])));
  for (const { fit, ...tensors } of passes)
    for (const t of Object.values({ ...tensors, ...fit?.tensors })) t?.dispose();
  return {
    gradNorm: toDigits(Math.sqrt(sumOf(squares)), DIGITS),
    outputDeviation: toDigits(meanOf(deviations), DIGITS),
    ...(fits.length > 0 && fits.length === passes.length ? meanFit(fits) : {}),
  };
}

/** The standard deviation over all of the output before γ and β; channels of which γ has left nothing are not counted. */
async function deviationOf({ means, variances, scale, shift }: Pass): Promise<number> {
  const [m, v] = [await means.data(), await variances.data()];
  const [gamma, beta] = [await scale?.data(), await shift?.data()];
  const channels = [...m.keys()].map((c) => ({ c, gamma: gamma?.[c] ?? 1, beta: beta?.[c] ?? 0 }));
  const seen = channels.filter(({ gamma, beta }) => Math.abs(gamma) > FAINT * Math.abs(beta));
  const centres = seen.map(({ c, gamma, beta }) => (m[c] - beta) / gamma);
  const squares = seen.map(({ c, gamma }, i) => v[c] / gamma ** 2 + centres[i] ** 2);
  return Math.sqrt(Math.max(0, meanOf(squares) - meanOf(centres) ** 2));
}

/** The means over fits of the same fields. */
function meanFit(fits: readonly MixtureNumbers[]): MixtureNumbers {
  const [first] = fits;
  const means = Object.entries(first).map(([key, value]) => {
    const all = fits.map((fit) => fit[key as keyof MixtureNumbers]!);
    if (!Array.isArray(value)) return [key, toDigits(meanOf(all as number[]), DIGITS)];
    return [key, value.map((_, i) => toDigits(meanOf((all as number[][]).map((list) => list[i])), DIGITS))];
  });
  return Object.fromEntries(means);
}

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const meanOf = (values: readonly number[]) => sumOf(values) / values.length;
