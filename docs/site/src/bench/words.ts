// The numbers behind the pictures: rounded for reading, whole in the value of each <data>.
import { upstreamOf } from '../../../../dist/models/lab/bench/state.js';
import { type Html, html } from '../../../../dist/models/report/draw/html.js';
import { short } from '../../../../dist/models/report/draw/scale.js';
import type { Seen } from './seen.js';

const data = (value: number): Html => html`<data value="${value}">${short(value)}</data>`;
/** What is still being computed. */
const later = html`<span class="hint">…</span>`;

/** The mixture after the last round, and the statistics that normalize. */
export function mixtureTable({ state: { rounds }, outcome: { mixture, normalizing } }: Seen): Html {
  const row = (k: number) => {
    const numbers = [mixture, normalizing].flatMap(({ weights, means, deviations }) => [
      weights,
      means,
      deviations,
    ]);
    return html`<tr><th scope="row"><span class="chip c${k}"></span>${k}</th>${numbers.map((each) => html`<td>${data(each[k])}</td>`)}</tr>`;
  };
  const heads = [0, 1].flatMap(() => ['weight λ', 'mean', 'deviation']);
  return html`<table aria-labelledby="components-title"><thead>
<tr><td></td><th colspan="3" scope="colgroup">after round ${rounds}</th><th colspan="3" scope="colgroup">that normalizes</th></tr>
<tr><th scope="col"><span class="of">component</span></th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${mixture.weights.map((_, k) => row(k))}</tbody></table>`;
}

/** The numbers of one sample by their names. */
function numbersOf({ outcome, exact, isSettled }: Seen, i: number): [name: string, value: Html][] {
  const { posteriors, bn, mn, gradients } = outcome;
  const slow = (values: readonly number[] | undefined) => (values && isSettled ? data(values[i]) : later);
  return [
    ...posteriors.map((each, k): [string, Html] => [`τ ${k}`, data(each[i])]),
    ['output, BN', data(bn[i])],
    ['output, MN', data(mn[i])],
    ['gradient, BN', data(gradients.bn[i])],
    ['gradient, detached', data(gradients.detached[i])],
    ['gradient, posterior', data(gradients.posterior[i])],
    ['gradient, unrolled', slow(exact?.unrolled)],
    ['gradient, true', slow(exact?.differences)],
  ];
}

/** The numbers of the selected sample. */
export function factsOf(seen: Seen): Html {
  const pairs = numbersOf(seen, seen.state.selected);
  return html`${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}`;
}

/** The numbers of all samples, along the axis. */
export function allNumbers(seen: Seen): Html {
  const { state, order } = seen;
  const weights = upstreamOf(state);
  const names = ['sample', 'x', 'g', ...numbersOf(seen, 0).map(([name]) => name)];
  const row = (i: number) => {
    const cells = [data(state.samples[i]), data(weights[i]), ...numbersOf(seen, i).map(([, value]) => value)];
    return html`<tr><th scope="row">${i + 1}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;
  };
  return html`<table><thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${order.map(row)}</tbody></table>`;
}
