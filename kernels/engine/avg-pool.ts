// Average pooling of planes [h, w]; `planes` is images times channels.
import { aligned, bytes, copyRow, get, put, roundUp, store4 } from './memory';

/** A window's cells along one axis inside the padded image, or only inside the image; a plane's may be beyond 2³¹. */
function cells(start: i32, kernel: i32, size: i32, padding: i32, countPadding: i32): f64 {
  if (countPadding) return min(start + kernel, size + padding) - start;
  return min(start + kernel, size) - max(start, 0);
}

/**
 * Bytes of a row with margins for windows of kw, as far as four windows at once reach; 0 where windows are taken one by one, since
 * they are not one column apart, or large, or the copy of a plane with margins would be.
 */
function pitchOf(rows: i32, columns: i32, kw: i32, sw: i32, pw: i32): usize {
  if (sw != 1 || kw > 16 || pw > kw || rows > 4096 || columns > 4096) return 0;
  return bytes(roundUp(columns, 4) + 2 * kw + 4);
}

/**
 * Scratch bytes of avgPool2d, and of its gradient: as many rows with margins as x, or g, has, and how many cells windows have
 * along a row.
 */
export function avgPool2dScratch(rows: i32, w: i32, ow: i32, kw: i32, sw: i32, pw: i32): usize {
  const pitch = pitchOf(rows, max(w, ow), kw, sw, pw);
  return pitch ? aligned(<usize>rows * pitch) + 2 * bytes(roundUp(ow, 4)) : 0;
}

/** Clears the rows with margins, and puts the cells of windows along a row behind them; tells where. */
function prepare(
  scratch: usize, size: usize, w: i32, ow: i32, kw: i32, pw: i32, countPadding: i32,
): usize {
  memory.fill(scratch, 0, size);
  const widths = scratch + aligned(size);
  for (let z = 0; z < ow; z++) store<f64>(widths + bytes(2 * z), cells(z - pw, kw, w, pw, countPadding));
  return widths;
}

/** Mean of every window; padding counts as zeros (countPadding 1) or not at all (0). */
export function avgPool2d(
  out: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, countPadding: i32, scratch: usize,
): void {
  const pitch = pitchOf(h, max(w, ow), kw, sw, pw);
  const widths = pitch ? prepare(scratch, <usize>h * pitch, w, ow, kw, pw, countPadding) : 0;
  for (let plane = 0; plane < planes; plane++, x += bytes(h * w)) {
    if (pitch) for (let i = 0; i < h; i++) copyRow(scratch + <usize>i * pitch + bytes(pw), x + bytes(i * w), w);
    for (let y = 0; y < oh; y++, out += bytes(ow)) {
      const i0 = y * sh - ph, height = cells(i0, kh, h, ph, countPadding), top = max(0, i0), bottom = min(h, i0 + kh);
      if (pitch) {
        meansInFours(out, scratch, pitch, top, bottom, ow, kw, height, widths);
        continue;
      }
      for (let z = 0; z < ow; z++) {
        const j0 = z * sw - pw, width = cells(j0, kw, w, pw, countPadding);
        let sum: f64 = 0;
        for (let i = top; i < bottom; i++) {
          let row: f32 = 0;
          for (let j = max(0, j0); j < min(w, j0 + kw); j++) row += get(x, i * w + j);
          sum += <f64>row;
        }
        put(out, z, <f32>(sum / (height * width)));
      }
    }
  }
}

/** The means of a row of windows over rows top … bottom − 1 of a plane with margins; the same sums as one by one. */
function meansInFours(
  out: usize, x: usize, pitch: usize, top: i32, bottom: i32, ow: i32, kw: i32, height: f64, widths: usize,
): void {
  const heights = f64x2.splat(height);
  x += <usize>top * pitch;
  for (let z = 0; z < ow; z += 4, out += 16, x += 16, widths += 32) {
    let low = f64x2.splat(0), high = low;
    for (let i = top, p = x; i < bottom; i++, p += pitch) {
      let row = f32x4.splat(0);
      for (let j = 0; j < kw; j++) row = f32x4.add(row, v128.load(p + bytes(j)));
      low = f64x2.add(low, f64x2.promote_low_f32x4(row));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(row, row, 1, 0)));
    }
    low = f64x2.div(low, f64x2.mul(heights, v128.load(widths)));
    high = f64x2.div(high, f64x2.mul(heights, v128.load(widths, 16)));
    const means = v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
    store4(out, means, ow - z);
  }
}

/** dx: every cell of a window receives g divided by the window's divisor. */
export function avgPool2dGrad(
  out: usize, g: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, countPadding: i32, scratch: usize,
): void {
  const pitch = pitchOf(oh, max(w, ow), kw, sw, pw);
  if (pitch) {
    gradientInFours(out, g, planes, h, w, oh, ow, kh, kw, sh, ph, pw, countPadding, scratch, pitch);
    return;
  }
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

/** The same where windows are one column apart: each cell takes from the windows that cover it, in their order. */
function gradientInFours(
  out: usize, g: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, ph: i32, pw: i32, countPadding: i32, scratch: usize, pitch: usize,
): void {
  const widths = prepare(scratch, <usize>oh * pitch, w, ow, kw, pw, countPadding);
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < oh; y++) {
      const height = cells(y * sh - ph, kh, h, ph, countPadding), shares = scratch + <usize>y * pitch;
      for (let z = 0; z < ow; z++, g += 4) {
        put(shares, z + kw - 1, load<f32>(g) / <f32>(height * load<f64>(widths + bytes(2 * z))));
      }
    }
    for (let i = 0; i < h; i++, out += bytes(w)) {
      const first = i + ph < kh ? 0 : (i + ph - kh) / sh + 1, last = min(oh - 1, (i + ph) / sh);
      for (let j = 0; j < w; j += 4) {
        let sum = f32x4.splat(0);
        for (let y = first; y <= last; y++) {
          const p = scratch + <usize>y * pitch + bytes(j + pw);
          for (let t = 0; t < kw; t++) sum = f32x4.add(sum, v128.load(p + bytes(t)));
        }
        store4(out + bytes(j), sum, w - j);
      }
    }
  }
}
