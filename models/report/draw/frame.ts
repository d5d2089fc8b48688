// The mixtures of a network at an evaluation: what a slider goes through.
import type { ChannelPicture } from '../../run/metrics.js';
import { type Html, html } from './html.js';
import { drawMixture } from './mixture.js';
import { type Range, short } from './scale.js';

/** A channel, and the range that it has over all evaluations. */
export interface Shown {
  picture: ChannelPicture;
  range: Range;
}

export interface Frame {
  step: number;
  epoch: number;
  /** Channels by the layer's name. */
  layers: Record<string, Shown[]>;
}

/** When a frame was. */
export const titleOf = ({ step, epoch }: Frame): string => `step ${step}, epoch ${epoch}`;

/** The table of a layer's mixtures. */
export function tableOf(channels: readonly Shown[]): Html {
  const rows = channels.flatMap(({ picture: { channel, mixture } }) =>
    mixture.weights.map((weight, k) => {
      const numbers = [weight, mixture.means[k], mixture.deviations[k]];
      return html`<tr><th scope="row">${channel}</th><td>${k}</td>${numbers.map((n) => html`<td>${short(n)}</td>`)}</tr>`;
    }),
  );
  const head = ['channel', 'component', 'weight', 'mean', 'deviation'];
  return html`<table><thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

/** The pictures of a layer's channels. */
export function drawChannels(channels: readonly Shown[]): Html {
  const each = channels.map(
    ({ picture, range }) => html`<figure><figcaption>channel ${picture.channel}</figcaption>
${drawMixture(picture, range)}</figure>`,
  );
  return html`${each}`;
}
