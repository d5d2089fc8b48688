// Max and average pooling of planes [h, w]; `planes` is images times channels.
import { aligned, bytes, get, load4, put, roundUp, store4 } from './memory';

/** Scratch bytes of maxPool2dIndex: the largest of each column with margins, and their indices. */
export function maxPool2dIndexScratch(w: i32, ow: i32, kw: i32, sw: i32, pw: i32): usize {
  return byColumns(w, kw, sw) ? 2 * aligned(bytes(marginedWidth(w, ow, kw, sw, pw))) : 0;
}

/** Whether neighbouring windows share the largest of their columns; margins are at most as wide as the image. */
function byColumns(w: i32, kw: i32, sw: i32): bool {
  return sw <= 2 && kw / 2 <= w;
}

/** Columns of a row with its margins, as far as four windows at once reach. */
function marginedWidth(w: i32, ow: i32, kw: i32, sw: i32, pw: i32): i32 {
  return max(pw + w, roundUp(ow, 4) * sw + kw) + 8;
}

/**
 * out = ih·w + iw of the largest element of every window, the first one among equals; padding is never chosen.
 * A NaN wins over every number, and a later NaN over an earlier one, as in PyTorch. First the largest of each column
 * within the window's rows, then the largest of those.
 */
export function maxPool2dIndex(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, scratch: usize,
): void {
  const shared = byColumns(w, kw, sw);
  const width = shared ? marginedWidth(w, ow, kw, sw, pw) : 0, indices = aligned(bytes(width));
  // margins lose against everything, and ties as well
  for (let i = 0; i < width; i++) {
    put(scratch, i, -Infinity);
    put(scratch + indices, i, Infinity);
  }
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    for (let y = 0; y < oh; y++, out += bytes(ow)) {
      const top = max(0, y * sh - ph), bottom = min(h, y * sh - ph + kh);
      if (shared && largestOfColumns(scratch + bytes(pw), indices, x, w, top, bottom)) {
        largestOfWindows(out, scratch, indices, ow, kw, sw);
      } else {
        for (let column = 0; column < ow; column++) {
          const left = column * sw - pw;
          put(out, column, <f32>largest(x, w, top, bottom, max(0, left), min(w, left + kw)));
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

/** The largest of each column in rows top … bottom − 1, and `indices` bytes on their indices; false where one is NaN. */
function largestOfColumns(out: usize, indices: usize, x: usize, w: i32, top: i32, bottom: i32): bool {
  let nan = f32x4.splat(0);
  for (let row = top; row < bottom; row += 3) {
    // a row that is there twice changes nothing
    const second = min(row + 1, bottom - 1), third = min(row + 2, bottom - 1);
    const p = x + bytes(row * w), q = x + bytes(second * w), r = x + bytes(third * w);
    const i = f32x4.add(f32x4.splat(<f32>(row * w)), f32x4(0, 1, 2, 3));
    const j = f32x4.splat(<f32>((second - row) * w)), k = f32x4.splat(<f32>((third - row) * w));
    const found = row == top ? threeRows(false, out, indices, p, q, r, i, j, k, w)
      : threeRows(true, out, indices, p, q, r, i, j, k, w);
    nan = v128.or(nan, found);
  }
  return !v128.any_true(nan);
}

/** Three rows at p, q and r with indices i, i + j, i + k, after those before if there are `more`; tells the NaNs. */
// @ts-ignore: decorator
@inline
function threeRows(
  more: bool, out: usize, indices: usize, p: usize, q: usize, r: usize, i: v128, j: v128, k: v128, w: i32,
): v128 {
  const four = f32x4.splat(4);
  let nan = f32x4.splat(0);
  for (; w >= 4; w -= 4, p += 16, q += 16, r += 16, out += 16, i = f32x4.add(i, four)) {
    nan = v128.or(nan, fourColumns(more, out, indices, p, q, r, i, j, k, 4));
  }
  return w > 0 ? v128.or(nan, fourColumns(more, out, indices, p, q, r, i, j, k, w)) : nan;
}

// @ts-ignore: decorator
@inline
function fourColumns(
  more: bool, out: usize, indices: usize, p: usize, q: usize, r: usize, i: v128, j: v128, k: v128, left: i32,
): v128 {
  const a = load4(p, left), b = load4(q, left), c = load4(r, left);
  let best = a, index = i;
  if (more) {
    const old = v128.load(out), stays = f32x4.ge(old, a);
    best = v128.bitselect(old, a, stays);
    index = v128.bitselect(v128.load(out + indices), i, stays);
  }
  index = v128.bitselect(f32x4.add(i, j), index, f32x4.gt(b, best));
  best = f32x4.pmax(best, b);
  index = v128.bitselect(f32x4.add(i, k), index, f32x4.gt(c, best));
  best = f32x4.pmax(best, c);
  store4(out, best, left);
  store4(out + indices, index, left);
  return v128.or(f32x4.ne(a, a), v128.or(f32x4.ne(b, b), f32x4.ne(c, c)));
}

/** The indices of the largest of windows `step` (1 or 2) columns apart, four at a time; the first one among equals. */
function largestOfWindows(out: usize, columns: usize, indices: usize, ow: i32, kw: i32, step: i32): void {
  for (; ow >= 4; ow -= 4, out += 16, columns += bytes(4 * step)) {
    store4(out, step == 1 ? fourWindows(columns, indices, kw, 1) : fourWindows(columns, indices, kw, 2), 4);
  }
  if (ow > 0) store4(out, fourWindows(columns, indices, kw, step), ow);
}

// @ts-ignore: decorator
@inline
function fourWindows(columns: usize, indices: usize, kw: i32, step: i32): v128 {
  let best = everySecond(columns, step), index = everySecond(columns + indices, step);
  for (let j = 1; j < kw; j++) {
    columns += 4;
    const value = everySecond(columns, step), place = everySecond(columns + indices, step);
    const tie = v128.and(f32x4.eq(value, best), f32x4.lt(place, index));
    const wins = v128.or(f32x4.gt(value, best), tie);
    best = v128.bitselect(value, best, wins);
    index = v128.bitselect(place, index, wins);
  }
  return index;
}

/** Four neighbours, or every second of eight. */
// @ts-ignore: decorator
@inline
function everySecond(p: usize, step: i32): v128 {
  const low = v128.load(p);
  return step == 1 ? low : v128.shuffle<f32>(low, v128.load(p, 16), 0, 2, 4, 6);
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

/** A window's cells along one axis inside the padded image, or only inside the image; a plane's may be beyond 2³¹. */
// @ts-ignore: decorator
@inline
function cells(start: i32, kernel: i32, size: i32, padding: i32, countPadding: i32): f64 {
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
        let sum: f64 = 0;
        for (let i = max(0, i0); i < min(h, i0 + kh); i++) {
          let row: f32 = 0;
          for (let j = max(0, j0); j < min(w, j0 + kw); j++) row += get(x, i * w + j);
          sum += <f64>row;
        }
        store<f32>(out, <f32>(sum / (height * width)));
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
