// A channel's histogram with its mixture, as SVG.
import type { ChannelMixture, ChannelPicture } from '../../run/metrics.js';
import { type Html, html } from './html.js';
import { bars, line } from './path.js';
import { type Axis, type Range, scale, short, ticks } from './scale.js';

const size = { width: 300, height: 180 };
const plot: { x: Range; y: Range } = { x: [6, 294], y: [152, 6] };
/** Colours that the style sheet has for components; more than these take them again. */
export const COLOURS = 8;
/** Points in a density curve. */
const CURVE_POINTS = 100;
/** A component far narrower than a bin would leave the rest of the picture flat. */
const ROOM = 1.25;

/** Histogram (grey), the components' densities (colours) and their sum (dashed), over values of the given range. */
export function drawMixture({ channel, histogram, mixture }: ChannelPicture, range: Range): Html {
  const { borders, densities } = histogram;
  const x: Axis = { domain: range, log: false };
  const y: Axis = { domain: [0, ROOM * Math.max(...densities)], log: false };
  const [toX, toY] = [scale(x, plot.x), scale(y, plot.y)];
  const curve = (components: number[]) =>
    line(density(mixture, components, range, y.domain[1]).map(([value, p]) => [toX(value), toY(p)]));
  const each = [...mixture.weights.keys()];
  const base = plot.y[0];
  const marks = ticks(x).map((value) => {
    const at = toX(value).toFixed(1);
    return html`<path class="tick" d="M${at},${base}v4"/><text x="${at}" y="${base + 17}" text-anchor="middle">${short(value)}</text>`;
  });
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${describe(channel, mixture)}">
<path class="histogram" d="${bars(borders.map(toX), densities.map(toY), base)}"/>
<g class="axes"><path class="base" d="M${plot.x[0]},${base}H${plot.x[1]}"/>${marks}</g>
${each.map((k) => html`<g class="series c${k % COLOURS}"><path class="line" d="${curve([k])}"/></g>`)}
<path class="sum" d="${curve(each)}"/></svg>`;
}

/** The density along a range, and no higher than there is room. */
function density(
  mixture: ChannelMixture,
  components: number[],
  [low, high]: Range,
  top: number,
): [number, number][] {
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const x = low + (i / CURVE_POINTS) * (high - low);
    return [x, Math.min(densityAt(mixture, components, x), top)];
  });
}

/** Σ_k λ_k N(x; μ_k, σ²_k) over the given components. */
export function densityAt(
  { weights, means, deviations }: ChannelMixture,
  components: number[],
  x: number,
): number {
  return components.reduce((sum, k) => {
    const z = (x - means[k]) / deviations[k];
    return sum + (weights[k] / (deviations[k] * Math.sqrt(2 * Math.PI))) * Math.exp((-z * z) / 2);
  }, 0);
}

/** The picture in words. */
function describe(channel: number, { weights, means, deviations }: ChannelMixture): string {
  const each = weights.map(
    (weight, k) => `weight ${short(weight, 3)} at ${short(means[k], 3)} ± ${short(deviations[k], 3)}`,
  );
  return `Channel ${channel}: histogram and mixture. Components: ${each.join('; ')}.`;
}
