// Images [h, w] of another size [oh, ow]; `planes` is images times channels. Cell p begins at row p·ratio / per.
import { bytes, copyRow, get, put } from './memory';

/** Where cell p ends: the next one's begin, rounded up. */
// @ts-ignore: decorator
@inline
function endOf(p: i32, ratio: i32, per: i32): i32 {
  return ((p + 1) * ratio + per - 1) / per;
}

/** Every cell's mean, or with `nearest` its first pixel. */
export function resample2d(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  ratioH: i32, perH: i32, ratioW: i32, perW: i32, nearest: i32,
): void {
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    let before = -1, end = 0;
    for (let p = 0; p < oh; p++, out += bytes(ow)) {
      const top = p * ratioH / perH, bottom = nearest ? top + 1 : endOf(p, ratioH, perH);
      if (top == before && bottom == end) copyRow(out, out - bytes(ow), ow);
      else if (nearest) nearestRow(out, x + bytes(top * w), ow, ratioW, perW);
      else meanRow(out, x + bytes(top * w), bottom - top, w, ow, ratioW, perW);
      before = top;
      end = bottom;
    }
  }
}

/**
 * Each pixel as often as it is the nearest: q·ratio / per is j while q·ratio is below (j + 1)·per. To twice the size four
 * pixels at once.
 */
function nearestRow(out: usize, x: usize, ow: i32, ratio: i32, per: i32): void {
  if (ratio == 1 && per == 2) {
    for (; ow >= 8; ow -= 8, x += 16, out += 32) {
      const v = v128.load(x);
      v128.store(out, v128.shuffle<f32>(v, v, 0, 0, 1, 1));
      v128.store(out, v128.shuffle<f32>(v, v, 2, 2, 3, 3), 16);
    }
  }
  const end = ow * ratio;
  for (let at = 0, limit = per; at < end; limit += per, x += 4) {
    const value = load<f32>(x);
    for (; at < limit; at += ratio, out += 4) store<f32>(out, value);
  }
}

function meanRow(out: usize, x: usize, rows: i32, w: i32, ow: i32, ratio: i32, per: i32): void {
  for (let q = 0; q < ow; q++) {
    const left = q * ratio / per, right = endOf(q, ratio, per);
    let sum: f64 = 0;
    for (let i = 0; i < rows; i++) {
      let row: f32 = 0;
      for (let j = left; j < right; j++) row += get(x, i * w + j);
      sum += <f64>row;
    }
    put(out, q, <f32>(sum / (<f64>rows * <f64>(right - left))));
  }
}

/** dx: every pixel of a cell receives g divided by the cell's pixels. */
export function resample2dGrad(
  out: usize, g: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  ratioH: i32, perH: i32, ratioW: i32, perW: i32, nearest: i32,
): void {
  for (let plane = 0; plane < planes; plane++, out += bytes(h * w)) {
    memory.fill(out, 0, bytes(h * w));
    for (let p = 0; p < oh; p++, g += bytes(ow)) {
      const top = p * ratioH / perH, row = out + bytes(top * w);
      if (nearest) addRuns(row, g, ow, ratioW, perW);
      else addCells(row, g, endOf(p, ratioH, perH) - top, w, ow, ratioW, perW);
    }
  }
}

/** Adds to each pixel what came of it, as nearestRow repeats it. */
function addRuns(out: usize, g: usize, ow: i32, ratio: i32, per: i32): void {
  if (ratio == 1 && per == 2) {
    for (; ow >= 8; ow -= 8, g += 32, out += 16) {
      const a = v128.load(g), b = v128.load(g, 16);
      const sums = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      v128.store(out, f32x4.add(v128.load(out), sums));
    }
  }
  const end = ow * ratio;
  for (let at = 0, limit = per; at < end; limit += per, out += 4) {
    let sum: f32 = 0;
    for (; at < limit; at += ratio, g += 4) sum += load<f32>(g);
    store<f32>(out, load<f32>(out) + sum);
  }
}

function addCells(out: usize, g: usize, rows: i32, w: i32, ow: i32, ratio: i32, per: i32): void {
  for (let q = 0; q < ow; q++) {
    const left = q * ratio / per, right = endOf(q, ratio, per);
    const share = get(g, q) / (<f32>rows * <f32>(right - left));
    for (let i = 0; i < rows; i++) {
      for (let j = left; j < right; j++) put(out, i * w + j, get(out, i * w + j) + share);
    }
  }
}
