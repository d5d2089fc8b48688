// The filters of a Winograd convolution, transformed into panels of A for every point.
import { ROWS, transpose4 } from '../gemm/gemm';
import { aligned, bytes, get, put, roundUp } from '../memory';
import { areFinite } from '../rows';
import { HEADER, PANELS, Plan, planConvolution } from './plan';
import { filterTile } from './tiles';

/** Transforms twelve rows of filters for every channel: rows PANELS·job … of the panels of A. */
function transformRows(filters: usize, plan: Plan, weight: usize, job: i32, buffer: usize): void {
  const taps = (plan.points - 3) * (plan.points - 3), channels = plan.channels;
  const last = plan.rows - 1, step = plan.rowStep;
  for (let row = PANELS * job; row < PANELS * (job + 1); row += 4) {
    const p = weight + bytes(min(row, last) * step), q = weight + bytes(min(row + 1, last) * step);
    const r = weight + bytes(min(row + 2, last) * step), s = weight + bytes(min(row + 3, last) * step);
    const low = filters + panelPlace(plan, row), high = filters + panelPlace(plan, row + 2);
    for (let c = 0; c < channels; c++) {
      const from = bytes(c * plan.channelStep), to = <usize>(c * 24);
      gatherTaps(buffer, p + from, q + from, r + from, s + from, taps, plan.turned);
      filterTile(plan.points, buffer, low + to, high + to, plan.filterStep, buffer + 25 * 16);
    }
  }
}

/** Where row `row` begins in one point's panels. */
function panelPlace(plan: Plan, row: i32): usize {
  return bytes(row / ROWS * ROWS * plan.channels + row % ROWS);
}

/** Four filters side by side: tap t in vector t, or in vector taps − 1 − t, which turns the filter. */
function gatherTaps(out: usize, p: usize, q: usize, r: usize, s: usize, taps: i32, turned: bool): void {
  const step: usize = turned ? <usize>-16 : 16;
  if (turned) out += <usize>(taps - 1) << 4;
  for (; taps >= 4; taps -= 4, p += 16, q += 16, r += 16, s += 16, out += 4 * step) transpose4(out, step, p, q, r, s);
  put(out, 0, get(p, 0)); put(out, 1, get(q, 0)); put(out, 2, get(r, 0)); put(out, 3, get(s, 0));
}

/** Jobs of winogradFilters: twelve rows each. */
export function filterJobs(plan: Plan): i32 {
  return roundUp(plan.rows, PANELS) / PANELS;
}

/** Bytes of all transformed filters. */
export function filtersBytes(plan: Plan): usize {
  return aligned(<usize>plan.allPoints * plan.filterStep);
}

/**
 * Transforms the filters of the forward pass (0) or of the input gradient (1): `count` jobs from `first` on. Writes 1 at
 * `spoiled` where a job's share of the weights is not finite.
 */
export function winogradFilters(
  filters: usize, weight: usize, pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
  spoiled: usize, first: i32, count: i32, scratch: usize,
): void {
  const plan = planConvolution(scratch, pass, n, c, h, w, o, kh, oh, ow, ph, pw);
  const length = o * c * kh * kw, jobs = filterJobs(plan), share = (length + jobs - 1) / jobs;
  if (!areFinite(weight + bytes(first * share), min(count * share, length - first * share))) store<i32>(spoiled, 1);
  for (let job = first; job < first + count; job++) transformRows(filters, plan, weight, job, scratch + HEADER);
}
