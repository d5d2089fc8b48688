// 2-D convolution and its input gradient by Cook–Toom tiles: F(4×4, 5×5) and F(4×4, 3×3), stride 1.
import { COLUMNS, ROWS, microKernel } from '../gemm/gemm';
import { aligned, at, bytes, copyRow, roundUp } from '../memory';
import { CHAIN, HEADER, Plan, STAGGER, TILE, planConvolution, rowAddresses } from './plan';
import { areFinite } from '../rows';
import { OUTPUT_WORK, outputTile, stripInput, tilesInput } from './tiles';

// out = Aᵀ[ Σ_c (G·w·Gᵀ)·(Bᵀ·x·B) ]A for every tile: one matrix product (rows × channels)·(channels × tiles) per point.

/** What one worker needs to convolve a block of strips. */
@unmanaged
class Work {
  /** Addresses of a strip's rows, zeros to stand for missing rows, and strips transformed down their columns. */
  rowTable: usize; zeros: usize; strips: usize;
  /** For every tile: its offset in the strips, its offset in the target, its rows and columns within the target. */
  lanes: usize; offsets: usize; heights: usize; widths: usize;
  /** Transformed tiles [point][panel][channel][8], products [panel][row][point][8], a buffer for small things. */
  v: usize; vStep: usize; m: usize; buffer: usize;
}

const BUFFER: usize = 1536;

/** Bytes of one row of products. */
// @ts-ignore: decorator
@inline
function productBytes(points: i32): usize {
  return <usize>(points * points * 32) + STAGGER;
}

/** Bytes of a worker's memory. */
export function convolutionScratch(plan: Plan): usize {
  const tiles = plan.tiles;
  const v = <usize>plan.allPoints * (bytes(plan.channels * tiles) + STAGGER);
  const m = <usize>(tiles / COLUMNS * roundUp(plan.rows, ROWS)) * productBytes(plan.points);
  const strips = <usize>(plan.stripsAtOnce * plan.points) * plan.stripStep;
  return HEADER + 128 + BUFFER + aligned(bytes(plan.width)) + 4 * aligned(bytes(tiles))
    + aligned(strips) + aligned(v) + aligned(m);
}

/** Lays a worker's memory out. */
function layOut(plan: Plan): Work {
  const at = changetype<usize>(plan) + HEADER, work = changetype<Work>(at);
  const tableBytes = aligned(bytes(plan.tiles)), points = plan.points;
  work.rowTable = at + 64;
  work.buffer = at + 128;
  work.zeros = work.buffer + BUFFER;
  work.lanes = work.zeros + aligned(bytes(plan.width));
  work.offsets = work.lanes + tableBytes;
  work.heights = work.offsets + tableBytes;
  work.widths = work.heights + tableBytes;
  work.strips = work.widths + tableBytes;
  const stripBytes = <usize>(plan.stripsAtOnce * points) * plan.stripStep;
  work.v = work.strips + aligned(stripBytes);
  work.vStep = bytes(plan.channels * plan.tiles) + STAGGER;
  work.m = work.v + aligned(<usize>(points * points) * work.vStep);
  // what the images do not cover stays zero
  memory.fill(work.zeros, 0, bytes(plan.width));
  memory.fill(work.strips, 0, stripBytes);
  return work;
}

/** Notes for every tile of a block where it comes from and goes to; tiles past the last repeat it. */
function placeTiles(plan: Plan, work: Work, first: i32, count: i32): void {
  const across = plan.across, tiles = count * across, stripBytes = <usize>plan.points * plan.stripStep;
  for (let t = 0; t < roundUp(tiles, COLUMNS); t++) {
    const tile = min(t, tiles - 1), strip = first + tile / across;
    const x = tile % across * TILE, y = strip % plan.down * TILE;
    const place = (strip / plan.down * plan.rows * plan.outHeight + y) * plan.outWidth + x;
    store<i32>(work.lanes + bytes(t), <i32>(work.strips + <usize>(tile / across) * stripBytes + bytes(x)));
    store<i32>(work.offsets + bytes(t), <i32>bytes(place));
    store<i32>(work.heights + bytes(t), min(TILE, plan.outHeight - y));
    store<i32>(work.widths + bytes(t), min(TILE, plan.outWidth - x));
  }
}

/** Rows of an image that strip i is the first to read, all that are left in an image's last strip. */
// @ts-ignore: decorator
@inline
function ownRows(plan: Plan, i: i32): i32 {
  const y = i % plan.down * TILE, left = plan.height - y;
  return i % plan.down == plan.down - 1 ? left : min(left, TILE);
}

/**
 * Transforms the tiles of `count` strips, one channel after the other, into panels of B. Tells whether the strips' rows are
 * finite, which costs little while they come into the cache.
 */
function transformTiles(plan: Plan, work: Work, x: usize, first: i32, count: i32): bool {
  let finite = true;
  const points = plan.points, step = plan.stripStep, panels = roundUp(count * plan.across, COLUMNS) / COLUMNS;
  for (let c = 0; c < plan.channels; c++) {
    let out = work.strips + bytes(plan.left);
    for (let i = first; i < first + count; i++, out += <usize>points * step) {
      const plane = x + bytes((i / plan.down * plan.channels + c) * plan.height * plan.width);
      const y = i % plan.down * TILE - plan.top, own = plane + bytes((y + plan.top) * plan.width);
      if (!areFinite(own, ownRows(plan, i) * plan.width)) finite = false;
      rowAddresses(work.rowTable, points, plane, y, plan.height, plan.width, work.zeros);
      stripInput(points, work.rowTable, plan.width, out, step);
    }
    let lanes = work.lanes, v = work.v + <usize>(c * 32);
    for (let j = 0; j < panels; j++, lanes += 32, v += <usize>(plan.channels * 32)) {
      tilesInput(points, at(lanes, 0), at(lanes, 1), at(lanes, 2), at(lanes, 3), step, v, work.vStep);
      tilesInput(points, at(lanes, 4), at(lanes, 5), at(lanes, 6), at(lanes, 7), step, v + 16, work.vStep);
    }
  }
  return finite;
}

/** The products of all points: panel by panel of tiles, all rows. */
function multiplyTiles(filters: usize, plan: Plan, work: Work, panels: i32): void {
  const channels = plan.channels, step = productBytes(plan.points);
  for (let i = 0; i < plan.points * plan.points; i++) {
    const panel = filters + <usize>i * plan.filterStep;
    let m = work.m + <usize>(i * 32), v = work.v + <usize>i * work.vStep;
    for (let j = 0; j < panels; j++, v += <usize>(channels * 32)) {
      let a = panel;
      for (let row = 0; row < plan.rows; row += ROWS, a += <usize>(channels * 24), m += <usize>ROWS * step) {
        for (let c = 0; c < channels; c += CHAIN) {
          microKernel(min(CHAIN, channels - c), a + <usize>(c * 24), v + <usize>(c * 32), m, step, c > 0);
        }
      }
    }
  }
}

/** Transforms the products of all rows back, four tiles at a time. */
function finishTiles(plan: Plan, work: Work, out: usize, panels: i32): void {
  const step = productBytes(plan.points), plane = bytes(plan.outHeight * plan.outWidth);
  for (let q = 0; q < 2 * panels; q++) {
    const table = bytes(4 * q);
    const whole = wholeTiles(work.heights + table) && wholeTiles(work.widths + table);
    let m = work.m + <usize>(q / 2 * roundUp(plan.rows, ROWS)) * step + <usize>(q % 2 * 16);
    for (let row = 0, target = out; row < plan.rows; row++, target += plane, m += step) {
      if (whole) finishWhole(plan, m, target, work.offsets + table, work.buffer);
      else finishPart(plan, work, m, target, table);
    }
  }
}

/** Whether four entries all equal TILE. */
function wholeTiles(table: usize): bool {
  return at(table, 0) == TILE && at(table, 1) == TILE && at(table, 2) == TILE && at(table, 3) == TILE;
}

// @ts-ignore: decorator
@inline
function finishWhole(plan: Plan, m: usize, target: usize, offsets: usize, buffer: usize): void {
  const p = target + at(offsets, 0), q = target + at(offsets, 1), r = target + at(offsets, 2), s = target + at(offsets, 3);
  outputTile(plan.points, m, 32, p, q, r, s, bytes(plan.outWidth), buffer);
}

/** Four tiles that are not all whole go through the buffer. */
function finishPart(plan: Plan, work: Work, m: usize, target: usize, table: usize): void {
  const tiles = work.buffer + OUTPUT_WORK;
  outputTile(plan.points, m, 32, tiles, tiles + 64, tiles + 128, tiles + 192, 16, work.buffer);
  for (let i = 0; i < 4; i++) {
    const height = <i32>at(work.heights + table, i), width = <i32>at(work.widths + table, i);
    let from = tiles + <usize>(i << 6), to = target + at(work.offsets + table, i);
    for (let y = 0; y < height; y++, from += 16, to += bytes(plan.outWidth)) copyRow(to, from, width);
  }
}

/** One block of strips; tells whether what they read is finite. */
function convolveBlock(out: usize, x: usize, filters: usize, plan: Plan, work: Work, block: i32): bool {
  const strip = block * plan.stripsAtOnce, count = min(plan.stripsAtOnce, plan.strips - strip);
  const panels = roundUp(count * plan.across, COLUMNS) / COLUMNS;
  placeTiles(plan, work, strip, count);
  // elsewhere the whole convolution is computed directly
  if (!transformTiles(plan, work, x, strip, count)) return false;
  multiplyTiles(filters, plan, work, panels);
  finishTiles(plan, work, out, panels);
  return true;
}

/**
 * Convolves x, or for pass 1 g, with transformed filters: `count` blocks of strips from `first` on. Writes 1 at `spoiled`
 * where x is not finite: such a number would spread over whole tiles.
 */
export function winogradBlocks(
  out: usize, x: usize, filters: usize, pass: i32,
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
  spoiled: usize, first: i32, count: i32, scratch: usize,
): void {
  const plan = planConvolution(scratch, pass, n, c, h, w, o, kh, oh, ow, ph, pw), work = layOut(plan);
  for (let block = first; block < first + count; block++) {
    if (!convolveBlock(out, x, filters, plan, work, block)) store<i32>(spoiled, 1);
  }
}
