// The weight gradient of 2-D convolution by Cook–Toom tiles: F(5×5, 4×4) and F(3×3, 4×4), stride 1.
import { COLUMNS, ROWS, microKernel, transpose4 } from '../gemm/gemm';
import { aligned, bytes, copyRow, get, put, roundUp } from '../memory';
import { CHAIN, HEADER, PANELS, Plan, STAGGER, TILE, planWeights, rowAddresses } from './plan';
import { areFinite } from '../rows';
import { OUTPUT_WORK, stripGradient, stripInput, tilesGradient, tilesInput, weightTile } from './tiles';

// dw = Aᵀ[ Σ_tile (G·g·Gᵀ)·(Bᵀ·x·B) ]A for every pair of channels, tiles of g acting as filters: one matrix product
// (rows × tiles)·(tiles × channels) per point. Groups of strips are summed in order, whoever computes them.

/** What all workers share: one group's tiles as panels, and the sums of all groups. */
@unmanaged
class Sums {
  /** Tiles of x as panels of B [point][panel][tile][8], those of g as panels of A [point][panel][tile][6]. */
  inputs: usize; inputStep: usize; gradients: usize; gradientStep: usize;
  /** Sums [point][row][channel], channels in whole panels, and the errors of their last digits. */
  sums: usize; sumStep: usize; errors: usize;
}

const BUFFER: usize = 2048;

/** Notes behind the plan where everything lies in the shared memory, and returns its bytes. */
export function shareSums(plan: Plan, shared: usize): usize {
  const sums = sumsOf(plan), tiles = plan.stripsAtOnce * plan.across, all = <usize>plan.allPoints;
  const inputs = roundUp(plan.channels, COLUMNS);
  sums.inputStep = bytes(inputs * tiles) + STAGGER;
  sums.gradientStep = bytes(roundUp(plan.rows, PANELS) * tiles) + STAGGER;
  sums.sumStep = bytes(inputs * roundUp(plan.rows, ROWS)) + STAGGER;
  sums.inputs = shared;
  sums.gradients = sums.inputs + aligned(all * sums.inputStep);
  sums.sums = sums.gradients + aligned(all * sums.gradientStep);
  sums.errors = sums.sums + aligned(all * sums.sumStep);
  return sums.errors + (plan.blocks > 1 ? aligned(all * sums.sumStep) : 0) - shared;
}

/** Where a plan keeps its sums. */
// @ts-ignore: decorator
@inline
function sumsOf(plan: Plan): Sums {
  return changetype<Sums>(changetype<usize>(plan) + 128);
}

/** Bytes of a worker's memory. */
export function weightScratch(plan: Plan): usize {
  return HEADER + 64 + BUFFER + aligned(bytes(max(plan.width, plan.outWidth)))
    + <usize>(PANELS * plan.points) * plan.stripStep;
}

/** Jobs of winogradWeightTiles: panels of eight channels, then pairs of panels of twelve rows. */
export function tileJobs(plan: Plan): i32 {
  return inputPanels(plan) + roundUp(plan.rows, PANELS) / PANELS;
}

// @ts-ignore: decorator
@inline
function inputPanels(plan: Plan): i32 {
  return roundUp(plan.channels, COLUMNS) / COLUMNS;
}

/** Strips of a group. */
function stripsIn(plan: Plan, group: i32): i32 {
  return min(plan.stripsAtOnce, plan.strips - group * plan.stripsAtOnce);
}

/** Transforms a group's tiles of x for the eight channels of one panel. */
function transformInputs(plan: Plan, x: usize, group: i32, panel: i32, work: usize): void {
  const sums = sumsOf(plan), points = plan.points, step = plan.stripStep, stripBytes = <usize>points * step;
  const zeros = work + 64 + BUFFER, strips = zeros + aligned(bytes(max(plan.width, plan.outWidth)));
  const count = stripsIn(plan, group), first = group * plan.stripsAtOnce;
  memory.fill(strips, 0, 8 * stripBytes);
  let out = sums.inputs + bytes(panel * COLUMNS * count * plan.across);
  for (let i = first; i < first + count; i++) {
    for (let c = 0; c < COLUMNS; c++) {
      const channel = i / plan.down * plan.channels + min(panel * COLUMNS + c, plan.channels - 1);
      const plane = x + bytes(channel * plan.height * plan.width), y = i % plan.down * TILE - plan.top;
      rowAddresses(work, points, plane, y, plan.height, plan.width, zeros);
      stripInput(points, work, plan.width, strips + <usize>c * stripBytes + bytes(plan.left), step);
    }
    for (let t = 0, p = strips; t < plan.across; t++, p += 16, out += 32) {
      for (let half: usize = 0; half < 2; half++) {
        const lane = p + 4 * half * stripBytes;
        tilesInput(
          points, lane, lane + stripBytes, lane + 2 * stripBytes, lane + 3 * stripBytes, step,
          out + 16 * half, sums.inputStep,
        );
      }
    }
  }
}

/** Transforms a group's tiles of g for the twelve rows of two panels. */
function transformGradients(plan: Plan, g: usize, group: i32, pair: i32, work: usize): void {
  const sums = sumsOf(plan), points = plan.points, step = bytes(TILE * plan.across), stripBytes = <usize>points * step;
  const zeros = work + 64 + BUFFER, strips = zeros + aligned(bytes(max(plan.width, plan.outWidth)));
  const count = stripsIn(plan, group), first = group * plan.stripsAtOnce;
  const panel = bytes(ROWS * count * plan.across);
  let out = sums.gradients + 2 * <usize>pair * panel;
  for (let i = first; i < first + count; i++) {
    for (let row = 0; row < PANELS; row++) {
      const channel = i / plan.down * plan.rows + min(pair * PANELS + row, plan.rows - 1);
      const plane = g + bytes(channel * plan.outHeight * plan.outWidth), y = i % plan.down * TILE;
      rowAddresses(work, TILE, plane, y, plan.outHeight, plan.outWidth, zeros);
      stripGradient(points, work, plan.outWidth, strips + <usize>row * stripBytes, step);
    }
    for (let t = 0, p = strips; t < plan.across; t++, p += 16, out += 24) {
      gradientLanes(points, p, stripBytes, step, out, out + 8, sums.gradientStep);
      gradientLanes(points, p + 4 * stripBytes, stripBytes, step, out + 16, out + panel, sums.gradientStep);
      gradientLanes(points, p + 8 * stripBytes, stripBytes, step, out + panel + 8, out + panel + 16, sums.gradientStep);
    }
  }
}

// @ts-ignore: decorator
@inline
function gradientLanes(
  points: i32, p: usize, stripBytes: usize, step: usize, low: usize, high: usize, outStep: usize,
): void {
  tilesGradient(points, p, p + stripBytes, p + 2 * stripBytes, p + 3 * stripBytes, step, low, high, outStep);
}

/** Adds a group's products of one point; `tile` is memory for 6×8 of them. */
function multiplyPoint(plan: Plan, group: i32, point: i32, tile: usize): void {
  const sums = sumsOf(plan), tiles = stripsIn(plan, group) * plan.across, stride = bytes(inputPanels(plan) * COLUMNS);
  const gradients = sums.gradients + <usize>point * sums.gradientStep, errors = sums.errors - sums.sums;
  let b = sums.inputs + <usize>point * sums.inputStep, out = sums.sums + <usize>point * sums.sumStep;
  for (let panel = 0; panel < inputPanels(plan); panel++, b += <usize>(tiles * 32), out += 32) {
    let a = gradients, target = out;
    for (let row = 0; row < plan.rows; row += ROWS, a += <usize>(tiles * 24), target += <usize>ROWS * stride) {
      if (plan.blocks == 1) {
        multiplyChains(tiles, a, b, target, stride);
      } else {
        multiplyChains(tiles, a, b, tile, 32);
        if (group == 0) beginSums(target, stride, tile, errors);
        else addSums(target, stride, tile, errors);
      }
    }
  }
}

/** One tile of products in chains. */
function multiplyChains(tiles: i32, a: usize, b: usize, out: usize, stride: usize): void {
  for (let t = 0; t < tiles; t += CHAIN) {
    microKernel(min(CHAIN, tiles - t), a + <usize>(t * 24), b + <usize>(t * 32), out, stride, t > 0);
  }
}

/** The first group's tile: sums without errors. */
function beginSums(out: usize, stride: usize, tile: usize, errors: usize): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < ROWS; i++, out += stride, tile += 32) {
    v128.store(out, v128.load(tile)); v128.store(out, v128.load(tile, 16), 16);
    v128.store(out + errors, zero); v128.store(out + errors, zero, 16);
  }
}

/** Adds a tile with Kahan's compensation, so that the error does not grow with the number of groups. */
function addSums(out: usize, stride: usize, tile: usize, errors: usize): void {
  for (let i = 0; i < ROWS; i++, out += stride, tile += 32) {
    addCompensated(out, tile, errors);
    addCompensated(out + 16, tile + 16, errors);
  }
}

// @ts-ignore: decorator
@inline
function addCompensated(out: usize, tile: usize, errors: usize): void {
  const old = v128.load(out), value = f32x4.sub(v128.load(tile), v128.load(out + errors)), sum = f32x4.add(old, value);
  v128.store(out, sum);
  v128.store(out + errors, f32x4.sub(f32x4.sub(sum, old), value));
}

/** Transforms the sums of one row back into its filters. */
function finishRow(plan: Plan, out: usize, row: i32, work: usize): void {
  const sums = sumsOf(plan), channels = plan.channels, taps = (plan.points - 3) * (plan.points - 3);
  const buffer = work + 64, vectors = buffer + OUTPUT_WORK, filters = vectors + 25 * 16;
  const from = sums.sums + bytes(row * roundUp(channels, COLUMNS));
  for (let c = 0; c < channels; c += 4) {
    weightTile(plan.points, from + bytes(c), sums.sumStep, vectors, buffer);
    // taps is 8·3 + 1 or 8·1 + 1
    for (let t = 0; t < taps - 1; t += 4) {
      const v = vectors + <usize>(t << 4);
      transpose4(filters + bytes(t), bytes(taps), v, v + 16, v + 32, v + 48);
    }
    for (let i = 0; i < 4; i++) put(filters, (i + 1) * taps - 1, get(vectors, 4 * (taps - 1) + i));
    copyRow(out + bytes((row * channels + c) * taps), filters, min(4, channels - c) * taps);
  }
}

/** Transforms group `group` of the tiles of x and g into shared memory: `count` jobs from `first` on. */
export function winogradWeightTiles(
  shared: usize, g: usize, x: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
  group: i32, first: i32, count: i32, scratch: usize,
): void {
  const plan = planWeights(scratch, n, c, h, w, o, kh, oh, ow, ph, pw), work = scratch + HEADER;
  shareSums(plan, shared);
  memory.fill(work + 64 + BUFFER, 0, bytes(max(w, ow)));
  const panels = inputPanels(plan);
  for (let job = first; job < first + count; job++) {
    if (job < panels) transformInputs(plan, x, group, job, work);
    else transformGradients(plan, g, group, job - panels, work);
  }
}

/** Adds the products of group `group` to the sums in shared memory: `count` points from `first` on. */
export function winogradWeightSums(
  shared: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
  group: i32, first: i32, count: i32, scratch: usize,
): void {
  const plan = planWeights(scratch, n, c, h, w, o, kh, oh, ow, ph, pw);
  shareSums(plan, shared);
  for (let point = first; point < first + count; point++) multiplyPoint(plan, group, point, scratch + HEADER + 64);
}

/** Transforms the sums back into filters: `count` rows from `first` on. Writes 1 at `spoiled` where they are not finite. */
export function winogradWeightRows(
  out: usize, shared: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
  spoiled: usize, first: i32, count: i32, scratch: usize,
): void {
  const plan = planWeights(scratch, n, c, h, w, o, kh, oh, ow, ph, pw), length = c * kh * kw;
  shareSums(plan, shared);
  for (let row = first; row < first + count; row++) finishRow(plan, out, row, scratch + HEADER);
  if (!areFinite(out + bytes(first * length), count * length)) store<i32>(spoiled, 1);
}
