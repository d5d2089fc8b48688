// Max and average pooling of planes [h, w]; `planes` is images times channels.
import { bytes, get, put } from './memory';

/**
 * out = ih·w + iw of the largest element of every window, the first one among equals; padding is never chosen.
 * A NaN wins over every number, and a later NaN over an earlier one, as in PyTorch.
 */
export function maxPool2dIndex(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32,
): void {
  const begin = x, end = x + bytes(planes * h * w);
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    for (let y = 0; y < oh; y++, out += bytes(ow)) {
      const top = max(0, y * sh - ph), bottom = min(h, y * sh - ph + kh);
      let column = 0;
      while (column < ow) {
        // four windows at once, the last four overlapping those before, where their loads stay inside x
        const first = min(column, ow - 4), left = first * sw - pw;
        const reads = x + bytes(top * w + left) >= begin && x + bytes((bottom - 1) * w + left + 3 * sw + kw) <= end;
        if (sw <= 2 && first >= 0 && reads) {
          v128.store(out + bytes(first), fourWindows(x, w, top, bottom, left, kw, sw));
          column = first + 4;
        } else {
          const edge = column * sw - pw;
          put(out, column, <f32>largest(x, w, top, bottom, max(0, edge), min(w, edge + kw)));
          column++;
        }
      }
    }
  }
}

/** The index of the largest element in rows top … bottom − 1 and columns left … right − 1. */
function largest(x: usize, w: i32, top: i32, bottom: i32, left: i32, right: i32): i32 {
  let best: f32 = -Infinity;
  let index = top * w + left;
  for (let i = top; i < bottom; i++) {
    for (let j = left; j < right; j++) {
      const value = get(x, i * w + j);
      if (value > best || value != value) {
        best = value;
        index = i * w + j;
      }
    }
  }
  return index;
}

/** The same for four windows, the first at column `left`, `step` (1 or 2) columns apart; indices as floats. */
function fourWindows(x: usize, w: i32, top: i32, bottom: i32, left: i32, kw: i32, step: i32): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1), width = f32x4.splat(<f32>w);
  const start = f32x4.add(f32x4.splat(<f32>left), step == 1 ? f32x4(0, 1, 2, 3) : f32x4(0, 2, 4, 6));
  let best = f32x4.splat(-Infinity);
  let index = f32x4.add(f32x4.splat(<f32>(top * w)), f32x4.max(start, zero));
  for (let i = top; i < bottom; i++) {
    const row = f32x4.splat(<f32>(i * w));
    let column = start;
    for (let at = x + bytes(i * w + left), end = at + bytes(kw); at < end; at += 4) {
      let value = v128.load(at);
      if (step == 2) value = v128.shuffle<f32>(value, v128.load(at, 12), 0, 2, 5, 7);
      const inside = v128.and(f32x4.ge(column, zero), f32x4.lt(column, width));
      const wins = v128.and(inside, v128.or(f32x4.gt(value, best), f32x4.ne(value, value)));
      best = v128.bitselect(value, best, wins);
      index = v128.bitselect(f32x4.add(row, column), index, wins);
      column = f32x4.add(column, one);
    }
  }
  return index;
}

/** out[p,i] = x[p, index[p,i]] for planes of `size` elements and `count` windows. */
export function maxPool2d(out: usize, x: usize, index: usize, planes: i32, size: i32, count: i32): void {
  for (let plane = 0; plane < planes; plane++, x += bytes(size)) {
    for (let i = 0; i < count; i++, out += 4, index += 4) store<f32>(out, get(x, i32(load<f32>(index))));
  }
}

/** dx[p, index[p,i]] += g[p,i], dx starting at 0. */
export function maxPool2dGrad(out: usize, g: usize, index: usize, planes: i32, size: i32, count: i32): void {
  memory.fill(out, 0, bytes(planes * size));
  for (let plane = 0; plane < planes; plane++, out += bytes(size)) {
    for (let i = 0; i < count; i++, g += 4, index += 4) {
      const at = i32(load<f32>(index));
      put(out, at, get(out, at) + load<f32>(g));
    }
  }
}

/** The divisor of a window: its cells inside the padded image, or only those inside the image. */
// @ts-ignore: decorator
@inline
function cells(start: i32, kernel: i32, size: i32, padding: i32, countPadding: i32): i32 {
  if (countPadding) return min(start + kernel, size + padding) - start;
  return min(start + kernel, size) - max(start, 0);
}

/** Mean of every window; padding counts as zeros (countPadding 1) or not at all (0). */
export function avgPool2d(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, countPadding: i32,
): void {
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    for (let y = 0; y < oh; y++) {
      const i0 = y * sh - ph, height = cells(i0, kh, h, ph, countPadding);
      for (let z = 0; z < ow; z++, out += 4) {
        const j0 = z * sw - pw, width = cells(j0, kw, w, pw, countPadding);
        let sum: f32 = 0;
        for (let i = max(0, i0); i < min(h, i0 + kh); i++) {
          for (let j = max(0, j0); j < min(w, j0 + kw); j++) sum += get(x, i * w + j);
        }
        store<f32>(out, sum / <f32>(height * width));
      }
    }
  }
}

/** dx: every cell of a window receives g divided by the window's divisor. */
export function avgPool2dGrad(
  out: usize, g: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, countPadding: i32,
): void {
  memory.fill(out, 0, bytes(planes * h * w));
  for (let plane = 0; plane < planes; plane++, out += bytes(h * w)) {
    for (let y = 0; y < oh; y++) {
      const i0 = y * sh - ph, height = cells(i0, kh, h, ph, countPadding);
      for (let z = 0; z < ow; z++, g += 4) {
        const j0 = z * sw - pw, width = cells(j0, kw, w, pw, countPadding);
        const share = load<f32>(g) / <f32>(height * width);
        for (let i = max(0, i0); i < min(h, i0 + kh); i++) {
          for (let j = max(0, j0); j < min(w, j0 + kw); j++) put(out, i * w + j, get(out, i * w + j) + share);
        }
      }
    }
  }
}
