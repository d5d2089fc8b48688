// 2-D convolution and its input gradient: matrix products whose B panels are packed straight from the images.
import { COLUMNS, PANEL_BYTES, ROWS, TILE_BYTES, depthOfBlocks, multiplyPanel, packA, packB } from './gemm';
import {
  Images, Shape, describe, gradientImages, imagesAtOnce, inputImages, marginBefore, paddedRows, pixelTable, tapTable,
} from './images';
import { strideTable } from './matmul';
import { aligned, bytes, roundUp } from './memory';

/** One product: target[m, pixel] = Σ_t weight[m, t] · image[pixel + tap t], over all images of one channel group. */
@unmanaged
class Pass {
  /** Output channels of a group, summands, and pixels of one image. */
  m: i32; terms: i32; pixels: i32;
  /** Offset tables: taps and pixels in the image, pixels in the target, rows and taps in the weight. */
  taps: usize; pixelsIn: usize; pixelsOut: usize; weightRows: usize; weightTaps: usize;
  /** Packed weights, a panel of B, and a tile. */
  packed: usize; panel: usize; tile: usize;
  /** Floats of one image, and of one channel, of the target. */
  imageOut: i32; planeOut: i32;
}

// @ts-ignore: decorator
@inline
const HEADER: usize = 512;

/** Bytes of a pass: m output channels a group, `terms` taps, `pixels` in the images at once. */
function passBytes(m: i32, terms: i32, pixels: i32): usize {
  const tables: usize = aligned(bytes(roundUp(terms, COLUMNS))) + aligned(bytes(roundUp(pixels, COLUMNS)));
  const weights: usize = aligned(bytes(roundUp(m, ROWS))) + aligned(bytes(roundUp(m, ROWS) * terms));
  return HEADER + tables + tables + weights + aligned(PANEL_BYTES) + aligned(TILE_BYTES);
}

/** Lays a pass out behind the header; the padded images follow it. */
function layOut(scratch: usize, m: i32, terms: i32, pixels: i32, images: Images): Pass {
  const pass = changetype<Pass>(scratch + 128);
  pass.m = m;
  pass.taps = scratch + HEADER;
  pass.weightTaps = pass.taps + aligned(bytes(roundUp(terms, COLUMNS)));
  pass.pixelsIn = pass.weightTaps + aligned(bytes(roundUp(terms, COLUMNS)));
  pass.pixelsOut = pass.pixelsIn + aligned(bytes(roundUp(pixels, COLUMNS)));
  pass.weightRows = pass.pixelsOut + aligned(bytes(roundUp(pixels, COLUMNS)));
  pass.packed = pass.weightRows + aligned(bytes(roundUp(m, ROWS)));
  pass.panel = pass.packed + aligned(bytes(roundUp(m, ROWS) * terms));
  pass.tile = pass.panel + aligned(PANEL_BYTES);
  images.copies = pass.tile + aligned(TILE_BYTES);
  return pass;
}

/** Packs the weights of a group, block of terms after block of terms. */
function packWeights(pass: Pass, weight: usize): void {
  const step = depthOfBlocks(pass.terms);
  for (let t = 0; t < pass.terms; t += step) {
    const place = pass.packed + bytes(roundUp(pass.m, ROWS) * t);
    packA(place, weight, pass.weightRows, pass.weightTaps + bytes(t), pass.m, min(step, pass.terms - t));
  }
}

/** Images first … last − 1 of a group; `target` is the group's first plane of image 0. */
function multiplyImages(pass: Pass, images: Images, group: i32, target: usize, first: i32, last: i32): void {
  for (let n = first; n < last; n += images.atOnce) {
    const count = min(images.atOnce, last - n);
    const base = images.show(n, count, group);
    multiplyShown(pass, base, target + bytes(n * pass.imageOut), count * pass.pixels);
  }
}

/** The product for the images just shown: blocks of terms outside, panels of eight pixels inside. */
function multiplyShown(pass: Pass, base: usize, target: usize, pixels: i32): void {
  const step = depthOfBlocks(pass.terms);
  for (let t = 0; t < pass.terms; t += step) {
    const depth = min(step, pass.terms - t);
    const packed = pass.packed + bytes(roundUp(pass.m, ROWS) * t);
    for (let p = 0; p < pixels; p += COLUMNS) {
      packB(pass.panel, base, pass.taps + bytes(t), pass.pixelsIn + bytes(p), depth);
      multiplyPanel(
        target, bytes(pass.planeOut), pass.pixelsOut + bytes(p), packed, pass.panel,
        pass.m, min(COLUMNS, pixels - p), depth, t > 0, pass.tile,
      );
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
  const pass = layOut(scratch, m, terms, images.atOnce * oh * ow, images);
  pass.terms = terms; pass.pixels = oh * ow;
  pass.imageOut = o * oh * ow; pass.planeOut = oh * ow;
  tapTable(pass.taps, s, images);
  strideTable(pass.weightTaps, terms, 1, terms);
  strideTable(pass.weightRows, m, terms, roundUp(m, ROWS));
  pixelTable(pass.pixelsIn, images.atOnce, oh, ow, images.stride, 0, sh * images.paddedWidth, sw);
  pixelTable(pass.pixelsOut, images.atOnce, oh, ow, pass.imageOut, 0, ow, 1);
  images.clear();
  for (let group = 0; group < groups; group++) {
    packWeights(pass, weight + bytes(group * m * terms));
    multiplyImages(pass, images, group, out + bytes(group * m * pass.planeOut), 0, n);
  }
}

/** Whether a tap meets a pixel: position + padding − tap·dilation is a multiple of the stride. */
// @ts-ignore: decorator
@inline
function meets(position: i32, tap: i32, stride: i32, padding: i32, dilation: i32): bool {
  return (position + padding - tap * dilation) % stride == 0;
}

/** Lists the taps that reach the pixels (y0 + sh·t, x0 + sw·u), in g and in the weight; returns how many. */
function gradientTaps(pass: Pass, s: Shape, g: Images, y0: i32, x0: i32): i32 {
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
  return count;
}

/** dx[n,c,a,b] = Σ g[n,o,y,x] · weight[o,c,i,j] over all with y·sh + i·dh − ph = a and x·sw + j·dw − pw = b. */
export function conv2dGradInput(
  out: usize, g: usize, weight: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, scratch: usize,
): void {
  const s = describe(scratch, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  const images = gradientImages(scratch + 64, s, g);
  const m = c / groups;
  const pass = layOut(scratch, m, images.perGroup * kh * kw, images.atOnce * h * w, images);
  pass.imageOut = c * h * w; pass.planeOut = h * w;
  strideTable(pass.weightRows, m, kh * kw, roundUp(m, ROWS));
  images.clear();
  // a pixel that no window reaches has gradient 0
  if (sh > 1 || sw > 1) memory.fill(out, 0, bytes(n * c * h * w));
  // pixels of one residue modulo the stride see the same taps
  for (let y0 = 0; y0 < min(sh, h); y0++) {
    for (let x0 = 0; x0 < min(sw, w); x0++) gradientPhase(out, weight, pass, s, images, y0, x0);
  }
}

/** The input gradient at the pixels (y0 + sh·t, x0 + sw·u). */
function gradientPhase(out: usize, weight: usize, pass: Pass, s: Shape, g: Images, y0: i32, x0: i32): void {
  pass.terms = gradientTaps(pass, s, g, y0, x0);
  if (pass.terms == 0) return;
  const rows = (s.h - y0 + s.sh - 1) / s.sh, columns = (s.w - x0 + s.sw - 1) / s.sw;
  pass.pixels = rows * columns;
  pixelTable(pass.pixelsIn, g.atOnce, rows, columns, g.stride, 0, g.paddedWidth, 1);
  pixelTable(pass.pixelsOut, g.atOnce, rows, columns, pass.imageOut, y0 * s.w + x0, s.sh * s.w, s.sw);
  for (let group = 0; group < s.groups; group++) {
    packWeights(pass, weight + bytes(group * g.perGroup * pass.m * s.kh * s.kw));
    multiplyImages(pass, g, group, out + bytes(group * pass.m * pass.planeOut), 0, s.n);
  }
}

/** Scratch bytes of conv2d. */
export function conv2dScratch(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const images = imagesAtOnce(n, oh * ow);
  const padded = images * (c / groups) * (h + 2 * ph) * (w + 2 * pw);
  return passBytes(o / groups, c / groups * kh * kw, images * oh * ow) + aligned(bytes(padded));
}

/** Scratch bytes of conv2dGradInput. */
export function conv2dGradInputScratch(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const images = imagesAtOnce(n, h * w);
  const rows = paddedRows(marginBefore(kh, sh, ph, dh), oh, h, sh, ph);
  const columns = paddedRows(marginBefore(kw, sw, pw, dw), ow, w, sw, pw);
  const padded = images * (o / groups) * rows * columns;
  return passBytes(c / groups, o / groups * kh * kw, images * h * w) + aligned(bytes(padded));
}
