// Two-dimensional Cook–Toom transforms: strips of tiles down their columns first, then four lanes across their rows.
import { filter6, filter8, input6, input8, output3of6, output4of6, output4of8, output5of8 } from './points';
import { at, load4 } from '../memory';

// @ts-ignore: decorator
@inline
function vec(p: usize, step: usize, i: usize): v128 {
  return v128.load(p + i * step);
}

// Columns: neighbouring tiles share them, so they are transformed before the tiles are cut out.

// @ts-ignore: decorator
@inline
function inputColumns8(
  r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, r6: usize, r7: usize,
  out: usize, step: usize, left: i32,
): void {
  input8(
    load4(r0, left), load4(r1, left), load4(r2, left), load4(r3, left),
    load4(r4, left), load4(r5, left), load4(r6, left), load4(r7, left), out, step,
  );
}

// @ts-ignore: decorator
@inline
function inputColumns6(
  r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, out: usize, step: usize, left: i32,
): void {
  input6(
    load4(r0, left), load4(r1, left), load4(r2, left), load4(r3, left), load4(r4, left), load4(r5, left), out, step,
  );
}

/** `width` columns of the rows whose addresses stand in `rows`, to `points` rows `step` bytes apart. */
export function stripInput(points: i32, rows: usize, width: i32, out: usize, step: usize): void {
  const r0 = at(rows, 0), r1 = at(rows, 1), r2 = at(rows, 2), r3 = at(rows, 3), r4 = at(rows, 4), r5 = at(rows, 5);
  let x: usize = 0;
  if (points == 8) {
    const r6 = at(rows, 6), r7 = at(rows, 7);
    for (; width >= 4; width -= 4, x += 16) {
      inputColumns8(r0 + x, r1 + x, r2 + x, r3 + x, r4 + x, r5 + x, r6 + x, r7 + x, out + x, step, 4);
    }
    if (width > 0) inputColumns8(r0 + x, r1 + x, r2 + x, r3 + x, r4 + x, r5 + x, r6 + x, r7 + x, out + x, step, width);
  } else {
    for (; width >= 4; width -= 4, x += 16) {
      inputColumns6(r0 + x, r1 + x, r2 + x, r3 + x, r4 + x, r5 + x, out + x, step, 4);
    }
    if (width > 0) inputColumns6(r0 + x, r1 + x, r2 + x, r3 + x, r4 + x, r5 + x, out + x, step, width);
  }
}

// @ts-ignore: decorator
@inline
function gradientColumns(
  points: i32, r0: usize, r1: usize, r2: usize, r3: usize, out: usize, step: usize, left: i32,
): void {
  const a = load4(r0, left), b = load4(r1, left), c = load4(r2, left), d = load4(r3, left);
  if (points == 8) filter8(4, a, b, c, d, d, out, out, step, true);
  else filter6(4, a, b, c, d, out, out, step, true);
}

/** The same for the four rows of a gradient tile, which acts as the filter. */
export function stripGradient(points: i32, rows: usize, width: i32, out: usize, step: usize): void {
  const r0 = at(rows, 0), r1 = at(rows, 1), r2 = at(rows, 2), r3 = at(rows, 3);
  let x: usize = 0;
  if (points == 8) {
    for (; width >= 4; width -= 4, x += 16) gradientColumns(8, r0 + x, r1 + x, r2 + x, r3 + x, out + x, step, 4);
    if (width > 0) gradientColumns(8, r0 + x, r1 + x, r2 + x, r3 + x, out + x, step, width);
  } else {
    for (; width >= 4; width -= 4, x += 16) gradientColumns(6, r0 + x, r1 + x, r2 + x, r3 + x, out + x, step, 4);
    if (width > 0) gradientColumns(6, r0 + x, r1 + x, r2 + x, r3 + x, out + x, step, width);
  }
}

// Rows: lanes are four tiles or four channels, whose strips begin at p, q, r and s.

/** Rows of four transformed strips, `step` bytes apart, to points·points vectors `outStep` bytes apart. */
export function tilesInput(
  points: i32, p: usize, q: usize, r: usize, s: usize, step: usize, out: usize, outStep: usize,
): void {
  const last = p + <usize>points * step;
  for (; p < last; p += step, q += step, r += step, s += step, out += <usize>points * outStep) {
    const a = v128.load(p), b = v128.load(q), c = v128.load(r), d = v128.load(s);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const e = v128.load(p, 16), f = v128.load(q, 16), g = v128.load(r, 16), h = v128.load(s, 16);
    const ef0 = v128.shuffle<f32>(e, f, 0, 4, 1, 5), gh0 = v128.shuffle<f32>(g, h, 0, 4, 1, 5);
    const x0 = v128.shuffle<f64>(ab0, cd0, 0, 2), x1 = v128.shuffle<f64>(ab0, cd0, 1, 3);
    const x2 = v128.shuffle<f64>(ab1, cd1, 0, 2), x3 = v128.shuffle<f64>(ab1, cd1, 1, 3);
    const x4 = v128.shuffle<f64>(ef0, gh0, 0, 2), x5 = v128.shuffle<f64>(ef0, gh0, 1, 3);
    if (points == 8) {
      const ef1 = v128.shuffle<f32>(e, f, 2, 6, 3, 7), gh1 = v128.shuffle<f32>(g, h, 2, 6, 3, 7);
      const x6 = v128.shuffle<f64>(ef1, gh1, 0, 2), x7 = v128.shuffle<f64>(ef1, gh1, 1, 3);
      input8(x0, x1, x2, x3, x4, x5, x6, x7, out, outStep);
    } else {
      input6(x0, x1, x2, x3, x4, x5, out, outStep);
    }
  }
}

/** The same for gradient tiles; two lanes go to `low`, two to `high`. */
export function tilesGradient(
  points: i32, p: usize, q: usize, r: usize, s: usize, step: usize, low: usize, high: usize, outStep: usize,
): void {
  const last = p + <usize>points * step, rowStep = <usize>points * outStep;
  for (; p < last; p += step, q += step, r += step, s += step, low += rowStep, high += rowStep) {
    const a = v128.load(p), b = v128.load(q), c = v128.load(r), d = v128.load(s);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const x0 = v128.shuffle<f64>(ab0, cd0, 0, 2), x1 = v128.shuffle<f64>(ab0, cd0, 1, 3);
    const x2 = v128.shuffle<f64>(ab1, cd1, 0, 2), x3 = v128.shuffle<f64>(ab1, cd1, 1, 3);
    if (points == 8) filter8(4, x0, x1, x2, x3, x3, low, high, outStep, false);
    else filter6(4, x0, x1, x2, x3, low, high, outStep, false);
  }
}

/** Four K×K filters, tap t in vector t, to points·points vectors of which two lanes go to `low` and two to `high`. */
export function filterTile(points: i32, taps: usize, low: usize, high: usize, outStep: usize, work: usize): void {
  const rowStep = <usize>points * outStep;
  if (points == 8) {
    for (let j: usize = 0; j < 80; j += 16) {
      const p = taps + j;
      filter8(5, vec(p, 80, 0), vec(p, 80, 1), vec(p, 80, 2), vec(p, 80, 3), vec(p, 80, 4), work + j, 0, 80, true);
    }
    for (let i = 0; i < 8; i++, work += 80, low += rowStep, high += rowStep) {
      filter8(
        5, vec(work, 16, 0), vec(work, 16, 1), vec(work, 16, 2), vec(work, 16, 3), vec(work, 16, 4),
        low, high, outStep, false,
      );
    }
  } else {
    for (let j: usize = 0; j < 48; j += 16) {
      const p = taps + j, a = vec(p, 48, 0), b = vec(p, 48, 1), c = vec(p, 48, 2);
      filter6(3, a, b, c, c, work + j, 0, 48, true);
    }
    for (let i = 0; i < 6; i++, work += 48, low += rowStep, high += rowStep) {
      const a = vec(work, 16, 0), b = vec(work, 16, 1), c = vec(work, 16, 2);
      filter6(3, a, b, c, c, low, high, outStep, false);
    }
  }
}

/** Bytes that outputTile and weightTile work in. */
export const OUTPUT_WORK: usize = 8 * 5 * 16;

/** points·points vectors `step` bytes apart to four 4×4 tiles that begin at p, q, r and s, rows `rowBytes` apart. */
export function outputTile(
  points: i32, x: usize, step: usize, p: usize, q: usize, r: usize, s: usize, rowBytes: usize, work: usize,
): void {
  const down = <usize>points * step;
  for (let i: usize = 0; i < <usize>points; i++, x += step) {
    const out = work + (i << 4);
    if (points == 8) {
      output4of8(
        vec(x, down, 0), vec(x, down, 1), vec(x, down, 2), vec(x, down, 3),
        vec(x, down, 4), vec(x, down, 5), vec(x, down, 6), vec(x, down, 7),
        out, out + 128, out + 256, out + 384, false,
      );
    } else {
      output4of6(
        vec(x, down, 0), vec(x, down, 1), vec(x, down, 2), vec(x, down, 3), vec(x, down, 4), vec(x, down, 5),
        out, out + 128, out + 256, out + 384, false,
      );
    }
  }
  for (let y = 0; y < 4; y++, work += 128, p += rowBytes, q += rowBytes, r += rowBytes, s += rowBytes) {
    const x0 = v128.load(work), x1 = v128.load(work, 16), x2 = v128.load(work, 32), x3 = v128.load(work, 48);
    const x4 = v128.load(work, 64), x5 = v128.load(work, 80);
    if (points == 8) {
      output4of8(x0, x1, x2, x3, x4, x5, v128.load(work, 96), v128.load(work, 112), p, q, r, s, true);
    } else {
      output4of6(x0, x1, x2, x3, x4, x5, p, q, r, s, true);
    }
  }
}

/** points·points vectors `step` bytes apart to K·K vectors at `out`, K = points − 3. */
export function weightTile(points: i32, x: usize, step: usize, out: usize, work: usize): void {
  const down = <usize>points * step;
  if (points == 8) {
    for (let i: usize = 0; i < 8; i++, x += step) {
      output5of8(
        vec(x, down, 0), vec(x, down, 1), vec(x, down, 2), vec(x, down, 3),
        vec(x, down, 4), vec(x, down, 5), vec(x, down, 6), vec(x, down, 7), work + (i << 4), 128,
      );
    }
    for (let y = 0; y < 5; y++, work += 128, out += 80) {
      output5of8(
        vec(work, 16, 0), vec(work, 16, 1), vec(work, 16, 2), vec(work, 16, 3),
        vec(work, 16, 4), vec(work, 16, 5), vec(work, 16, 6), vec(work, 16, 7), out, 16,
      );
    }
  } else {
    for (let i: usize = 0; i < 6; i++, x += step) {
      output3of6(
        vec(x, down, 0), vec(x, down, 1), vec(x, down, 2), vec(x, down, 3), vec(x, down, 4), vec(x, down, 5),
        work + (i << 4), 128,
      );
    }
    for (let y = 0; y < 3; y++, work += 128, out += 48) {
      output3of6(
        vec(work, 16, 0), vec(work, 16, 1), vec(work, 16, 2), vec(work, 16, 3), vec(work, 16, 4), vec(work, 16, 5),
        out, 16,
      );
    }
  }
}
