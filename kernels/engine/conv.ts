// 2-D convolution and its input gradient: matrix products whose B panels are packed straight from the images.
import {
  COLUMNS, PANEL_BYTES, ROWS, TILE_BYTES, depthOfBlocks, isThin, multiplyPanel, multiplyThin, packA, packB,
} from './gemm/gemm';
import {
  Images, Shape, describe, gradientImages, imagesAtOnce, inputImages, marginBefore, marginedBytes, padded, paddedRows,
  pixelTable, tapTable,
} from './conv/images';
import { strideTable } from './matmul';
import { aligned, at, bytes, roundUp, scratchOf } from './memory';

/** One product: target[m, pixel] = Σ_t weight[m, t] · image[pixel + tap t], over all images of one channel group. */
@unmanaged
class Pass {
  /** Output channels of a group, summands, and pixels of one image. */
  m: i32; terms: i32; pixels: i32;
  /** Offset tables: taps and pixels in the image, pixels in the target, rows and taps in the weight. */
  taps: usize; pixelsIn: usize; pixelsOut: usize; weightRows: usize; weightTaps: usize;
  /** Packed weights, a panel of B, and a tile. */
  packed: usize; panel: usize; tile: usize;
  /** Floats of one channel of the target. */
  planeOut: i32;
  /** Where the tables end, and another pass may begin. */
  end: usize;

  get next(): Pass {
    return changetype<Pass>(this.end);
  }
}

/** Bytes of the sizes and the images that scratch memory begins with, and of a pass without its tables. */
// @ts-ignore: decorator
@inline
const HEADER: usize = 192;
// @ts-ignore: decorator
@inline
const PASS: usize = 128;

/** Bytes of a pass: m output channels a group, `terms` taps, `pixels` in the images at once. */
function passBytes(m: i32, terms: i32, pixels: i32): usize {
  const tables: usize = aligned(bytes(roundUp(terms, COLUMNS))) + aligned(bytes(roundUp(pixels, COLUMNS)));
  const weights: usize = aligned(bytes(roundUp(m, ROWS))) + aligned(bytes(roundUp(m, ROWS) * terms));
  return PASS + tables + tables + weights + aligned(PANEL_BYTES) + aligned(TILE_BYTES);
}

/** Lays a pass out. */
function layOut(place: usize, m: i32, terms: i32, pixels: i32): Pass {
  const pass = changetype<Pass>(place);
  pass.m = m; pass.terms = terms;
  pass.taps = place + PASS;
  pass.weightTaps = pass.taps + aligned(bytes(roundUp(terms, COLUMNS)));
  pass.pixelsIn = pass.weightTaps + aligned(bytes(roundUp(terms, COLUMNS)));
  pass.pixelsOut = pass.pixelsIn + aligned(bytes(roundUp(pixels, COLUMNS)));
  pass.weightRows = pass.pixelsOut + aligned(bytes(roundUp(pixels, COLUMNS)));
  pass.packed = pass.weightRows + aligned(bytes(roundUp(m, ROWS)));
  pass.panel = pass.packed + aligned(bytes(roundUp(m, ROWS) * terms));
  pass.tile = pass.panel + aligned(PANEL_BYTES);
  pass.end = pass.tile + aligned(TILE_BYTES);
  return pass;
}

/** Packs a group's weights of the passes before `end`; a panel of rows for all of them while it is in the cache. */
function packWeights(first: Pass, end: usize, weight: usize): void {
  const m = first.m;
  for (let i = 0; i < m; i += ROWS) {
    for (let pass = first; changetype<usize>(pass) < end; pass = pass.next) {
      const step = depthOfBlocks(pass.terms);
      for (let t = 0; t < pass.terms; t += step) {
        const depth = min(step, pass.terms - t), place = pass.packed + bytes(roundUp(m, ROWS) * t + i * depth);
        packA(place, weight, pass.weightRows + bytes(i), pass.weightTaps + bytes(t), min(ROWS, m - i), depth);
      }
    }
  }
}

/** The product for the images just shown, nothing without terms: blocks of terms outside, panels of eight pixels inside. */
function multiplyShown(pass: Pass, base: usize, target: usize, images: i32): void {
  const step = depthOfBlocks(pass.terms), pixels = images * pass.pixels;
  for (let t = 0; t < pass.terms; t += step) {
    const depth = min(step, pass.terms - t);
    const packed = pass.packed + bytes(roundUp(pass.m, ROWS) * t);
    const taps = pass.taps + bytes(t), stride = bytes(pass.planeOut);
    for (let p = 0; p < pixels; p += COLUMNS) {
      const from = pass.pixelsIn + bytes(p), to = pass.pixelsOut + bytes(p);
      if (isThin(pass.m, from, pixels - p)) {
        multiplyThin(target, stride, to, packed, base + at(from, 0), taps, pass.m, depth, t > 0, pass.tile);
      } else {
        packB(pass.panel, base, taps, from, depth);
        const n = min(COLUMNS, pixels - p);
        multiplyPanel(target, stride, to, packed, pass.panel, pass.m, n, depth, t > 0, pass.tile);
      }
    }
  }
}

/** The products of the passes before `end`, for all groups and images; each image is shown once for all of them. */
function multiplyAll(first: Pass, end: usize, images: Images, out: usize, weight: usize, s: Shape): void {
  for (let group = 0; group < s.groups; group++) {
    packWeights(first, end, weight + bytes(group * images.perGroup * first.m * s.kh * s.kw));
    for (let i = 0; i < s.n; i += images.atOnce) {
      const count = min(images.atOnce, s.n - i), base = images.show(i, count, group);
      const target = out + bytes((i * s.groups + group) * first.m * first.planeOut);
      for (let pass = first; changetype<usize>(pass) < end; pass = pass.next) multiplyShown(pass, base, target, count);
    }
  }
}

/** out[n,o,y,x] = Σ_{c,i,j} x[n, c, y·sh + i·dh − ph, x·sw + j·dw − pw] · weight[o,c,i,j] within each group. */
export function conv2d(
  out: usize, x: usize, weight: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, scratch: usize,
): void {
  const s = describe(scratch, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  const images = inputImages(scratch + 64, s, x);
  const m = o / groups, terms = images.perGroup * kh * kw;
  const pass = layOut(scratch + HEADER, m, terms, images.atOnce * oh * ow);
  images.copies = pass.end;
  pass.pixels = oh * ow; pass.planeOut = oh * ow;
  tapTable(pass.taps, s, images);
  strideTable(pass.weightTaps, terms, 1, terms);
  strideTable(pass.weightRows, m, terms, roundUp(m, ROWS));
  pixelTable(pass.pixelsIn, images.atOnce, oh, ow, images.stride, 0, sh * images.paddedWidth, sw);
  pixelTable(pass.pixelsOut, images.atOnce, oh, ow, o * oh * ow, 0, ow, 1);
  images.clear();
  multiplyAll(pass, pass.end, images, out, weight, s);
}

/** Whether a tap meets a pixel: position + padding − tap·dilation is a multiple of the stride. */
// @ts-ignore: decorator
@inline
function meets(position: i32, tap: i32, stride: i32, padding: i32, dilation: i32): bool {
  return (position + padding - tap * dilation) % stride == 0;
}

/** How many taps of one axis meet a pixel. */
function meeting(position: i32, kernel: i32, stride: i32, padding: i32, dilation: i32): i32 {
  let count = 0;
  for (let tap = 0; tap < kernel; tap++) count += i32(meets(position, tap, stride, padding, dilation));
  return count;
}

/** How many of `size` pixels lie at first, first + stride, … */
// @ts-ignore: decorator
@inline
function every(stride: i32, size: i32, first: i32): i32 {
  return (size - first - 1) / stride + 1;
}

/** Lists the taps that reach the pixels (y0 + sh·t, x0 + sw·u), in g and in the weight. */
function gradientTaps(pass: Pass, s: Shape, g: Images, y0: i32, x0: i32): void {
  let count = 0;
  const perGroup = s.c / s.groups;
  for (let o = 0; o < g.perGroup; o++) {
    for (let i = s.kh - 1; i >= 0; i--) {
      if (!meets(y0, i, s.sh, s.ph, s.dh)) continue;
      const row = (y0 + s.ph - i * s.dh) / s.sh + g.top;
      for (let j = s.kw - 1; j >= 0; j--) {
        if (!meets(x0, j, s.sw, s.pw, s.dw)) continue;
        const column = (x0 + s.pw - j * s.dw) / s.sw + g.left;
        store<i32>(pass.taps + bytes(count), (o * g.paddedHeight + row) * g.paddedWidth + column << 2);
        store<i32>(pass.weightTaps + bytes(count), (o * perGroup * s.kh + i) * s.kw + j << 2);
        count++;
      }
    }
  }
}

/** Lays out the input gradient at the pixels (y0 + sh·t, x0 + sw·u), which all see the same taps. */
function gradientPass(place: usize, s: Shape, g: Images, y0: i32, x0: i32): Pass {
  const rows = every(s.sh, s.h, y0), columns = every(s.sw, s.w, x0), m = s.c / s.groups;
  const terms = g.perGroup * meeting(y0, s.kh, s.sh, s.ph, s.dh) * meeting(x0, s.kw, s.sw, s.pw, s.dw);
  const pass = layOut(place, m, terms, g.atOnce * rows * columns);
  pass.pixels = rows * columns; pass.planeOut = s.h * s.w;
  strideTable(pass.weightRows, m, s.kh * s.kw, roundUp(m, ROWS));
  gradientTaps(pass, s, g, y0, x0);
  pixelTable(pass.pixelsIn, g.atOnce, rows, columns, g.stride, 0, g.paddedWidth, 1);
  pixelTable(pass.pixelsOut, g.atOnce, rows, columns, s.c * s.h * s.w, y0 * s.w + x0, s.sh * s.w, s.sw);
  return pass;
}

/** dx[n,c,a,b] = Σ g[n,o,y,x] · weight[o,c,i,j] over all with y·sh + i·dh − ph = a and x·sw + j·dw − pw = b. */
export function conv2dGradInput(
  out: usize, g: usize, weight: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, scratch: usize,
): void {
  const s = describe(scratch, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  const images = gradientImages(scratch + 64, s, g), first = changetype<Pass>(scratch + HEADER);
  // pixels of one residue modulo the stride are one pass
  let end = scratch + HEADER;
  for (let y0 = 0; y0 < min(sh, h); y0++) {
    for (let x0 = 0; x0 < min(sw, w); x0++) end = gradientPass(end, s, images, y0, x0).end;
  }
  images.copies = end;
  images.clear();
  // a pixel that no window reaches has gradient 0
  if (sh > 1 || sw > 1) memory.fill(out, 0, bytes(n * c * h * w));
  multiplyAll(first, end, images, out, weight, s);
}

/** Scratch bytes of conv2d. */
export function conv2dScratch(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const images = imagesAtOnce(n, oh * ow);
  const pass = passBytes(o / groups, c / groups * kh * kw, images * oh * ow);
  return scratchOf(<f64>(HEADER + pass) + marginedBytes(images, c / groups, padded(h, ph), padded(w, pw)));
}

/** Scratch bytes of conv2dGradInput. */
export function conv2dGradInputScratch(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const images = imagesAtOnce(n, h * w);
  const rows = paddedRows(marginBefore(kh, sh, ph, dh), oh, h, sh, ph);
  const columns = paddedRows(marginBefore(kw, sw, pw, dw), ow, w, sw, pw);
  let total = <f64>HEADER + marginedBytes(images, o / groups, rows, columns);
  for (let y0 = 0; y0 < min(sh, h); y0++) {
    for (let x0 = 0; x0 < min(sw, w); x0++) {
      const terms = o / groups * meeting(y0, kh, sh, ph, dh) * meeting(x0, kw, sw, pw, dw);
      total += <f64>passBytes(c / groups, terms, images * every(sh, h, y0) * every(sw, w, x0));
    }
  }
  return scratchOf(total);
}
