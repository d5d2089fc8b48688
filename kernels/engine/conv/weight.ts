// The weight gradient of 2-D convolution: one matrix product whose sum runs over the pixels of all images.
import { COLUMNS, DEPTH, PANEL_BYTES, ROWS, TILE_BYTES, depthOfBlocks, multiplyPanel, packA, packB } from '../gemm/gemm';
import {
  Images, Shape, describe, imagesAtOnce, inputImages, marginedBytes, padded, pixelTable, tapTable,
} from './images';
import { strideTable } from '../matmul';
import { aligned, bytes, roundUp, scratchOf } from '../memory';

/** dw[m, t] = Σ_pixel g[m, pixel] · image[pixel + tap t], over all images of one channel group. */
@unmanaged
class Pass {
  /** Output channels of a group, taps, and pixels of one image. */
  m: i32; terms: i32; pixels: i32;
  /** Offset tables: taps and pixels in the image, pixels and channels in g, taps in dw. */
  taps: usize; pixelsIn: usize; pixelsOut: usize; channels: usize; weightTaps: usize;
  /** A packed block of g, a panel of B, and a tile. */
  packed: usize; panel: usize; tile: usize;
}

// @ts-ignore: decorator
@inline
const HEADER: usize = 512;

/** Scratch bytes of conv2dGradWeight. */
export function conv2dGradWeightScratch(
  n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): usize {
  const images = imagesAtOnce(n, oh * ow), m = roundUp(o / groups, ROWS);
  const taps = aligned(bytes(roundUp(c / groups * kh * kw, COLUMNS)));
  const pixels = aligned(bytes(roundUp(images * oh * ow, COLUMNS)));
  const margined = marginedBytes(images, c / groups, padded(h, ph), padded(w, pw));
  const work: usize = aligned(bytes(m * DEPTH)) + aligned(PANEL_BYTES) + aligned(TILE_BYTES);
  return scratchOf(<f64>(HEADER + taps + taps + pixels + pixels + aligned(bytes(m)) + work) + margined);
}

/** Lays the tables and work memory out behind the header; the padded images follow. */
function layOut(scratch: usize, s: Shape, images: Images): Pass {
  const pass = changetype<Pass>(scratch + 128);
  pass.m = s.o / s.groups;
  pass.terms = images.perGroup * s.kh * s.kw;
  pass.pixels = s.oh * s.ow;
  const tapBytes = aligned(bytes(roundUp(pass.terms, COLUMNS)));
  const pixelBytes = aligned(bytes(roundUp(images.atOnce * pass.pixels, COLUMNS)));
  pass.taps = scratch + HEADER;
  pass.weightTaps = pass.taps + tapBytes;
  pass.pixelsIn = pass.weightTaps + tapBytes;
  pass.pixelsOut = pass.pixelsIn + pixelBytes;
  pass.channels = pass.pixelsOut + pixelBytes;
  pass.packed = pass.channels + aligned(bytes(roundUp(pass.m, ROWS)));
  pass.panel = pass.packed + aligned(bytes(roundUp(pass.m, ROWS) * DEPTH));
  pass.tile = pass.panel + aligned(PANEL_BYTES);
  images.copies = pass.tile + aligned(TILE_BYTES);
  return pass;
}

/**
 * dw[o,c,i,j] = Σ_{n,y,x} g[n,o,y,x] · x[n, c, y·sh + i·dh − ph, x·sw + j·dw − pw] within each group, for the panels
 * of eight taps (c,i,j) from `from` on.
 */
export function conv2dGradWeight(
  out: usize, g: usize, x: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, from: i32, panels: i32, scratch: usize,
): void {
  const s = describe(scratch, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  addImages(out, g, x, s, scratch, 0, n, from, from + panels);
}

/** The same for all taps, with the sum over `count` images from `first` on alone; sumParts adds such sums. */
export function conv2dGradWeightImages(
  out: usize, g: usize, x: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, first: i32, count: i32, scratch: usize,
): void {
  const s = describe(scratch, n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups);
  addImages(out, g, x, s, scratch, first, first + count, 0, roundUp(c / groups * kh * kw, COLUMNS) / COLUMNS);
}

/** Images first … last − 1 and panels of taps from … to − 1. */
function addImages(
  out: usize, g: usize, x: usize, s: Shape, scratch: usize, first: i32, last: i32, from: i32, to: i32,
): void {
  const images = inputImages(scratch + 64, s, x), pass = layOut(scratch, s, images);
  const m = pass.m, pixels = pass.pixels;
  tapTable(pass.taps, s, images);
  strideTable(pass.weightTaps, pass.terms, 1, roundUp(pass.terms, COLUMNS));
  strideTable(pass.channels, m, pixels, roundUp(m, ROWS));
  pixelTable(pass.pixelsIn, images.atOnce, s.oh, s.ow, images.stride, 0, s.sh * images.paddedWidth, s.sw);
  pixelTable(pass.pixelsOut, images.atOnce, s.oh, s.ow, s.o * pixels, 0, s.ow, 1);
  images.clear();
  for (let group = 0; group < s.groups; group++) {
    const target = out + bytes(group * m * pass.terms);
    for (let i = first; i < last; i += images.atOnce) {
      const count = min(images.atOnce, last - i);
      const base = images.show(i, count, group), gradient = g + bytes((i * s.o + group * m) * pixels);
      multiplyShown(target, gradient, base, pass, count * pixels, i > first, from, to);
    }
  }
}

/** Adds the images just shown: blocks of pixels outside, panels of eight taps inside. */
function multiplyShown(
  dw: usize, g: usize, base: usize, pass: Pass, pixels: i32, add: bool, from: i32, to: i32,
): void {
  const step = depthOfBlocks(pixels), end = min(pass.terms, to * COLUMNS);
  for (let p = 0; p < pixels; p += step) {
    const depth = min(step, pixels - p);
    packA(pass.packed, g, pass.channels, pass.pixelsOut + bytes(p), pass.m, depth);
    for (let t = from * COLUMNS; t < end; t += COLUMNS) {
      packB(pass.panel, base, pass.pixelsIn + bytes(p), pass.taps + bytes(t), depth);
      multiplyPanel(
        dw, bytes(pass.terms), pass.weightTaps + bytes(t), pass.packed, pass.panel,
        pass.m, min(COLUMNS, pass.terms - t), depth, add || p > 0, pass.tile,
      );
    }
  }
}
