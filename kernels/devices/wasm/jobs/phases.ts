// A kernel computed by several engine calls, one after the other, that share memory.
import type { EngineCall } from '../threads/pool.js';

/** A kernel in phases: the memory it needs, and its calls once it has it. */
export interface Phased {
  memory: {
    /** Bytes that all threads share: what one phase leaves for the next. */
    shared: number;
    /** Bytes of each thread. */
    own: number;
  };
  /** Where in the shared memory stands a word that is 0 at first, and 1 at the end where the result is spoiled. */
  spoiled?: number;
  calls(out: number, inputs: readonly number[], shared: number, own: number): EngineCall[];
}

/** A call of an engine function that takes a range of `total` units and scratch memory, `step` bytes for each thread. */
export function rangedCall(
  name: string,
  args: readonly number[],
  total: number,
  maxJobs: number,
  scratch: { at: number; step: number },
): EngineCall {
  const chunk = Math.ceil(total / maxJobs);
  return {
    name,
    first: [...args, 0, 0, scratch.at],
    step: [...args.map(() => 0), chunk, 0, 0],
    jobs: Math.ceil(total / chunk),
    count: { argument: args.length + 1, chunk, total },
    scratch: { argument: args.length + 2, step: scratch.step },
  };
}

/** The engine functions that phases call, and that plan them. */
export const phaseNames: readonly string[] = [
  'conv2dGradWeightImages',
  'sumParts',
  'areFinite',
  'winogradFits',
  'winogradShared',
  'winogradScratch',
  'winogradJobs',
  'winogradGroups',
  'winogradFilters',
  'winogradBlocks',
  'winogradWeightTiles',
  'winogradWeightSums',
  'winogradWeightRows',
];
