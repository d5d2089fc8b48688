// The numbers of a state of the bench, from the library: in Node, and in a browser by the package alone.
import type { Browser } from 'playwright-core';
import { exactOf, outcomeOf } from '../../models/lab/bench/numbers.js';
import { type BenchState, orderOf, upstreamOf } from '../../models/lab/bench/state.js';

/** Every number of a state, in the order in which the page has them. */
export interface Numbers {
  likelihood: number[];
  mixture: number[];
  facts: number[];
  all: number[];
}

/** Arranges numbers: the mixture's by component and column, the others by column and sample. */
function arrange(state: BenchState, likelihood: number, mixture: number[][], columns: number[][]): Numbers {
  const all = [[...state.samples], [...upstreamOf(state)], ...columns];
  return {
    likelihood: [likelihood],
    mixture: mixture[0].flatMap((_, k) => mixture.map((each) => each[k])),
    facts: columns.map((each) => each[state.selected]),
    all: orderOf(state.samples).flatMap((i) => all.map((each) => each[i])),
  };
}

export function inNode(state: BenchState): Numbers {
  const { mixture, normalizing, posteriors, logLikelihoods, bn, mn, gradients } = outcomeOf(state);
  const { unrolled, differences } = exactOf(state);
  const parts = [mixture, normalizing].flatMap((each) => [each.weights, each.means, each.deviations]);
  const { detached, posterior } = gradients;
  const columns = [...posteriors, bn, mn, gradients.bn, detached, posterior, unrolled, differences];
  return arrange(state, logLikelihoods.at(-1)!, parts, columns);
}

/** The same, by the package alone and in the same browser, whose Math.exp need not be that of Node. */
export async function inBrowser(browser: Browser, folder: string, state: BenchState): Promise<Numbers> {
  const page = await browser.newPage();
  const url = `${folder}index.js`;
  await page.goto(url); // its text: a page of the same server may import it
  const given = { url, state, upstream: [...upstreamOf(state)] };
  const { likelihood, mixture, columns } = await page.evaluate(computed, given);
  await page.close();
  return arrange(state, likelihood, mixture, columns);
}

/** Runs in a page: what the package's public functions give for a state. */
async function computed({ url, state, upstream }: { url: string; state: BenchState; upstream: number[] }) {
  const mixgrad: typeof import('../../lib/index.js') = await import(url);
  const { batchNorm, emFit, mixtureNorm, openDevice, setDevice, tensor } = mixgrad;
  setDevice(await openDevice('reference'));
  const { start, samples, rounds, regCovar, scale } = state;
  type Values = ReturnType<typeof tensor>;
  const column = (values: readonly number[], requiresGrad = false) =>
    tensor([...values], { shape: [values.length, 1], requiresGrad });
  const read = async (values: Values) => [...(await values.data())];
  const init = {
    ...{
      weights: tensor([...start.weights]),
      means: column(start.means),
      variances: column(start.variances),
    },
  };
  const em = { init, iterations: rounds, regCovar, minWeight: 1e-3 };
  const parts = async (of: Pick<typeof init, 'weights' | 'means' | 'variances'>) => [
    ...[await read(of.weights), await read(of.means)],
    (await read(of.variances)).map(Math.sqrt),
  ];
  const pulled = async (norm: (x: Values) => Values) => {
    const x = column(samples, true);
    const y = norm(x);
    const outputs = await read(y);
    y.backward({ gradient: column(upstream) });
    return [outputs, await read(x.grad!)];
  };
  const fit = emFit(column(samples), em);
  const [bn, ofBn] = await pulled((x) => batchNorm(x, { training: true }));
  const kinds: number[][][] = [];
  for (const gradient of ['detached', 'posterior', 'unrolled'] as const)
    kinds.push(await pulled((x) => mixtureNorm(x, { ...em, scale, gradient }).y));
  const loss = async (moved: number[]) => {
    const outputs = await read(mixtureNorm(column(moved), { ...em, scale }).y);
    return upstream.reduce((sum, weight, i) => sum + weight * outputs[i], 0);
  };
  const differences: number[] = [];
  for (const [i, value] of samples.entries()) {
    const [up, down] = [value + 1e-6, value - 1e-6].map((moved) => loss(samples.with(i, moved)));
    differences.push(((await up) - (await down)) / 2e-6);
  }
  const posteriors = await read(fit.posteriors);
  const K = start.weights.length;
  const shares = start.weights.map((_, k) => samples.map((_, i) => posteriors[i * K + k]));
  return {
    likelihood: await fit.logLikelihoods[rounds].item(),
    mixture: [...(await parts(fit)), ...(await parts(mixtureNorm(column(samples), em)))],
    columns: [...shares, bn, kinds[0][0], ofBn, ...kinds.map(([, gradient]) => gradient), differences],
  };
}
