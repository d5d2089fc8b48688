// How a Winograd convolution divides into phases and jobs, what memory it takes, and where it pays.
import { aligned } from '../memory';
import { convolutionScratch } from './blocks';
import { filterJobs, filtersBytes } from './filters';
import { GRAD_INPUT, Plan, TILE, planConvolution, planWeights } from './plan';
import { shareSums, tileJobs, weightScratch } from './weight';

// Passes: 0 forward, 1 input gradient, 2 weight gradient. Phases 0, 1, … of a pass follow one another; the jobs of a
// phase are independent, and what they compute does not depend on who does them:
// pass 0, 1: winogradFilters (twelve rows a job), winogradBlocks (a block of tiles a job)
// pass 2: for every group winogradWeightTiles (a panel a job), winogradWeightSums (a point a job), at last
// winogradWeightRows (a row a job)

/** Plans are made here to be asked for sizes; only the thread that divides the work may ask. */
const SIZES: usize = memory.data(256, 16);

function planOf(
  pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): Plan {
  if (pass <= GRAD_INPUT) return planConvolution(SIZES, pass, n, c, h, w, o, kh, oh, ow, ph, pw);
  return planWeights(SIZES, n, c, h, w, o, kh, oh, ow, ph, pw);
}

/** Jobs of a phase. */
export function winogradJobs(
  pass: i32, phase: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): i32 {
  const plan = planOf(pass, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  if (pass <= GRAD_INPUT) return phase == 0 ? filterJobs(plan) : plan.blocks;
  return phase == 0 ? tileJobs(plan) : phase == 1 ? plan.allPoints : o;
}

/** Groups of tiles of the weight gradient, one after the other. */
export function winogradGroups(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): i32 {
  return planWeights(SIZES, n, c, h, w, o, kh, oh, ow, ph, pw).blocks;
}

/** Bytes that the workers share: transformed filters, or tiles and sums. */
export function winogradShared(
  pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const plan = planOf(pass, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  return pass <= GRAD_INPUT ? filtersBytes(plan) : shareSums(plan, 0);
}

/** Bytes of scratch memory for each worker, whatever the phase. */
export function winogradScratch(
  pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const plan = planOf(pass, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  return aligned(pass <= GRAD_INPUT ? convolutionScratch(plan) : weightScratch(plan));
}

/**
 * Whether tiles can do a pass and are faster. Measured on images of 2×2 to 32×32, 1 to 256 channels, batches of 1 to
 * 64: they are 1.1 to 5 times as fast (small to large) where three things hold, and 0.5 to 1.3 times where one fails:
 * they save half of the multiplications (5×5 outputs of a 3×3 kernel: 1.6 times fewer, 0.6 to 1.3 times as fast); there
 * are 8 tiles (4 tiles of 128 → 256 channels: 0.9); there is enough to sum over, 4 channels with 3×3 and 2 with 5×5, or
 * for the weight gradient 8 and 4 (one channel less: 0.7 to 1.1).
 */
export function winogradFits(
  pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): i32 {
  if (kh != kw || kh != 3 && kh != 5 || sh != 1 || sw != 1 || dh != 1 || dw != 1 || groups != 1) return 0;
  if (ph >= kh || pw >= kw) return 0;
  const channels = pass == GRAD_INPUT ? o : c;
  if (channels * (kh - 1) < (pass <= GRAD_INPUT ? 8 : 16)) return 0;
  const height = pass == GRAD_INPUT ? h : oh, width = pass == GRAD_INPUT ? w : ow;
  const tiles = ((height + TILE - 1) / TILE) * ((width + TILE - 1) / TILE), points = TILE + kh - 1;
  return n * tiles >= 8 && height * width * kh * kh >= 2 * tiles * points * points ? 1 : 0;
}
