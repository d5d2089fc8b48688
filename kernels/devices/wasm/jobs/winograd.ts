// Convolutions by Cook–Toom tiles: the phases of each pass as calls for the thread pool, and where they are taken.
import type { Convolution } from '../options.js';
import type { Engine } from '../threads/pool.js';
import { type Phased, rangedCall } from './phases.js';

/** How the engine numbers the passes. */
const passes: Partial<Record<string, number>> = { conv2d: 0, conv2dGradInput: 1, conv2dGradWeight: 2 };

/** The most jobs of a phase. */
const MAX_JOBS = 16;

/**
 * The tiled form of a kernel call; null where the call is no convolution or is better done directly. A number that is
 * not finite would be in the result of every tile that it lies in: the phases find it, and the result is spoiled.
 */
export function tiledConvolution(
  engine: Engine,
  name: string,
  sizes: readonly number[],
  mode: Convolution,
): Phased | null {
  const pass = passes[name];
  if (pass === undefined || mode === 'direct') return null;
  const fits = mode === 'winograd' ? canTile(sizes) : engine.winogradFits(pass, ...sizes) === 1;
  if (!fits) return null;
  const spoiled = engine.winogradShared(pass, ...sizes) >>> 0;
  const memory = { shared: spoiled + 64, own: engine.winogradScratch(pass, ...sizes) >>> 0 };
  const jobs = (phase: number) => engine.winogradJobs(pass, phase, ...sizes);
  return {
    memory,
    spoiled,
    calls(out, inputs, shared, own) {
      const phase = (fn: string, args: number[], total: number) =>
        rangedCall(fn, args, total, MAX_JOBS, { at: own, step: memory.own });
      if (pass < 2) {
        const [x, weight] = inputs;
        return [
          phase('winogradFilters', [shared, weight, pass, ...sizes, shared + spoiled], jobs(0)),
          phase('winogradBlocks', [out, x, shared, pass, ...sizes, shared + spoiled], jobs(1)),
        ];
      }
      const [g, x] = inputs;
      const groups = Array.from({ length: engine.winogradGroups(...sizes) }, (_, group) => [
        phase('winogradWeightTiles', [shared, g, x, ...sizes, group], jobs(0)),
        phase('winogradWeightSums', [shared, ...sizes, group], jobs(1)),
      ]);
      return [
        ...groups.flat(),
        phase('winogradWeightRows', [out, shared, ...sizes, shared + spoiled], jobs(2)),
      ];
    },
  };
}

/** Kernels of 3×3 and 5×5, stride 1, dilation 1, one group, less padding than the kernel. */
function canTile(sizes: readonly number[]): boolean {
  const [, , , , , kh, kw, , , strideH, strideW, padH, padW, dilationH, dilationW, groups] = sizes;
  const ones = [strideH, strideW, dilationH, dilationW, groups].every((value) => value === 1);
  return ones && kh === kw && (kh === 3 || kh === 5) && padH < kh && padW < kw;
}
