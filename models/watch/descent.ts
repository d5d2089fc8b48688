// How loss and gradient of a batch change along the direction of an update.
// After Santurkar et al., "How Does Batch Normalization Help Optimization?", arXiv 1805.11604, which moves along the gradient.
import {
  defaultRandom,
  Module,
  type RandomState,
  type StateDict,
  type StateEntry,
  type Tensor,
} from '../../lib/index.js';
import type { DescentMetric } from '../run/metrics.js';
import { toDigits } from './digits.js';

/** How far along the direction, in updates: 0 is before the update, and 1 after it. */
const RATES = [0, 0.5, 1, 2, 4];
const DIGITS = 6;

/** A network before an update. */
export interface DescentWatch {
  /**
   * After the update: the loss at points along its direction, and how far the gradient is there from that before the update. Each
   * point has running statistics and generators as before the update; afterwards all is as it was.
   * @param pass computes a loss, and its gradients, with the network as it then is
   */
  points(pass: () => Promise<number>): Promise<DescentMetric['points']>;
}

/** Notes where a network is before an update. */
export async function watchDescent(network: Module): Promise<DescentWatch> {
  const weights = new Weights(network.parameters());
  const before = await everythingOf(network);
  const from = await weights.stateDict();
  return {
    async points(pass) {
      const [after, to] = [await everythingOf(network), await weights.stateDict()];
      const points: DescentMetric['points'] = [];
      let first: Floats[] | null = null;
      try {
        for (const rate of RATES) {
          restore(network, before);
          weights.loadStateDict(between(from, to, rate));
          const loss = await pass();
          const gradient = await gradientOf(weights.list);
          first ??= gradient;
          points.push({ rate, loss, gradientDistance: toDigits(distance(first, gradient), DIGITS) });
        }
      } finally {
        restore(network, after);
      }
      return points;
    },
  };
}

/** The parameters of a network alone: their state dictionary has neither buffers nor generators. */
class Weights extends Module {
  constructor(readonly list: readonly Tensor[]) {
    super();
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

type Floats = StateEntry['data'];

/** All that the next pass of a network depends on. */
interface Everything {
  network: StateDict;
  random: RandomState;
}

async function everythingOf(network: Module): Promise<Everything> {
  return { network: await network.stateDict(), random: defaultRandom().state() };
}

function restore(network: Module, { network: state, random }: Everything): void {
  network.loadStateDict(state);
  defaultRandom().load(random);
}

/** from + rate·(to − from), computed in float64. */
function between(from: StateDict, to: StateDict, rate: number): StateDict {
  const entries = Object.entries(from).map(([key, { shape, data }]) => {
    const end = to[key].data;
    return [key, { shape, data: data.map((value, i) => value + rate * (end[i] - value)) }];
  });
  return Object.fromEntries(entries);
}

/** The gradient of each parameter that has one. */
function gradientOf(params: readonly Tensor[]): Promise<Floats[]> {
  return Promise.all(params.flatMap(({ grad }) => (grad ? [grad.data()] : [])));
}

function distance(a: readonly Floats[], b: readonly Floats[]): number {
  let squares = 0;
  for (const [at, values] of a.entries())
    for (let i = 0; i < values.length; i++) squares += (values[i] - b[at][i]) ** 2;
  return Math.sqrt(squares);
}
