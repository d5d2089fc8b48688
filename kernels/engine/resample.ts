// Images [h, w] of another size [oh, ow]; `planes` is images times channels. Cell p begins at row p·ratio / per.
import { bytes, copyRow, get, put } from './memory';

/** The end of cell p: the next one's begin, rounded up, or with `nearest` the row after its first. */
// @ts-ignore: decorator
@inline
function endOf(p: i32, ratio: i32, per: i32, nearest: i32): i32 {
  return nearest ? p * ratio / per + 1 : ((p + 1) * ratio + per - 1) / per;
}

/** Every cell's mean, or with `nearest` its first pixel. */
export function resample2d(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  ratioH: i32, perH: i32, ratioW: i32, perW: i32, nearest: i32,
): void {
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    let before = -1, end = 0;
    for (let p = 0; p < oh; p++, out += bytes(ow)) {
      const top = p * ratioH / perH, bottom = endOf(p, ratioH, perH, nearest);
      if (top == before && bottom == end) copyRow(out, out - bytes(ow), ow);
      else if (nearest) nearestRow(out, x + bytes(top * w), ow, ratioW, perW);
      else meanRow(out, x + bytes(top * w), bottom - top, w, ow, ratioW, perW);
      before = top;
      end = bottom;
    }
  }
}

function nearestRow(out: usize, x: usize, ow: i32, ratio: i32, per: i32): void {
  for (let q = 0, rest = 0; q < ow; q++) {
    put(out, q, load<f32>(x));
    for (rest += ratio; rest >= per; rest -= per) x += 4;
  }
}

function meanRow(out: usize, x: usize, rows: i32, w: i32, ow: i32, ratio: i32, per: i32): void {
  for (let q = 0; q < ow; q++) {
    const left = q * ratio / per, right = endOf(q, ratio, per, 0);
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
  memory.fill(out, 0, bytes(planes * h * w));
  for (let plane = 0; plane < planes; plane++, out += bytes(h * w)) {
    for (let p = 0; p < oh; p++, g += bytes(ow)) {
      const top = p * ratioH / perH, bottom = endOf(p, ratioH, perH, nearest);
      for (let i = top; i < bottom; i++) {
        spreadRow(out + bytes(i * w), g, bottom - top, ow, ratioW, perW, nearest);
      }
    }
  }
}

function spreadRow(out: usize, g: usize, rows: i32, ow: i32, ratio: i32, per: i32, nearest: i32): void {
  for (let q = 0; q < ow; q++) {
    const left = q * ratio / per, right = endOf(q, ratio, per, nearest);
    const share = get(g, q) / (<f32>rows * <f32>(right - left));
    for (let j = left; j < right; j++) put(out, j, get(out, j) + share);
  }
}
