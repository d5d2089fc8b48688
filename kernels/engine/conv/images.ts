// Convolution geometry: images with zero margins, and tables that say where a tap of a pixel lies in them.
import { COLUMNS } from '../gemm/gemm';
import { aligned, bytes, copyRow, roundUp } from '../memory';

/** Columns (pixels) worked on at a time, so that small images share one pass over the weights. */
const PIXELS: i32 = 256;

/** The sizes of a convolution x [n,c,h,w] * weight [o,c/groups,kh,kw] = out [n,o,oh,ow]; lives in scratch memory. */
@unmanaged
export class Shape {
  n: i32; c: i32; h: i32; w: i32;
  o: i32; kh: i32; kw: i32; oh: i32; ow: i32;
  sh: i32; sw: i32; ph: i32; pw: i32; dh: i32; dw: i32; groups: i32;
}

/** Writes the sizes where the kernels look for them. */
export function describe(
  at: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kh: i32, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32,
): Shape {
  const s = changetype<Shape>(at);
  s.n = n; s.c = c; s.h = h; s.w = w;
  s.o = o; s.kh = kh; s.kw = kw; s.oh = oh; s.ow = ow;
  s.sh = sh; s.sw = sw; s.ph = ph; s.pw = pw; s.dh = dh; s.dw = dw; s.groups = groups;
  return s;
}

/** Images that are read with zero margins; a margin-free image is read in place, any other from a padded copy. */
@unmanaged
export class Images {
  data: usize;
  channels: i32; perGroup: i32; height: i32; width: i32;
  top: i32; left: i32; paddedHeight: i32; paddedWidth: i32;
  /** Where the padded copies lie, and how many images of one channel group they hold. */
  copies: usize; atOnce: i32;

  get inPlace(): bool {
    return this.paddedHeight == this.height && this.paddedWidth == this.width;
  }

  get paddedPlane(): i32 {
    return this.paddedHeight * this.paddedWidth;
  }

  /** Floats from one image to the next as read. */
  get stride(): i32 {
    return (this.inPlace ? this.channels : this.perGroup) * this.paddedPlane;
  }

  /** Bytes of the padded copies. */
  get copyBytes(): usize {
    return this.inPlace ? 0 : aligned(bytes(this.atOnce * this.perGroup * this.paddedPlane));
  }

  /** Zeroes the margins once; show() then writes only the interiors. */
  clear(): void {
    if (!this.inPlace) memory.fill(this.copies, 0, this.copyBytes);
  }

  /** Makes `count` images of one channel group readable from image `first` on, and returns their address. */
  show(first: i32, count: i32, group: i32): usize {
    const plane = this.height * this.width;
    const from = this.data + bytes((first * this.channels + group * this.perGroup) * plane);
    if (this.inPlace) return from;
    const corner = this.copies + bytes(this.top * this.paddedWidth + this.left);
    for (let i = 0; i < count; i++) {
      for (let c = 0; c < this.perGroup; c++) {
        let x = from + bytes((i * this.channels + c) * plane);
        let out = corner + bytes((i * this.perGroup + c) * this.paddedPlane);
        for (let y = 0; y < this.height; y++, x += bytes(this.width), out += bytes(this.paddedWidth)) {
          copyRow(out, x, this.width);
        }
      }
    }
    return this.copies;
  }
}

/** How many images of `pixels` pixels are worked on at a time. */
export function imagesAtOnce(n: i32, pixels: i32): i32 {
  return max(1, min(n, PIXELS / pixels));
}

/** Bytes of images with margins, which may be more than there is memory. */
export function marginedBytes(images: i32, channels: i32, height: f64, width: f64): f64 {
  return 4 * <f64>images * <f64>channels * height * width + 64;
}

/** The size of an image with the padding on both sides. */
export function padded(size: i32, padding: i32): f64 {
  return <f64>size + 2 * <f64>padding;
}

/** x with the margins of the forward pass. */
export function inputImages(at: usize, s: Shape, x: usize): Images {
  const images = changetype<Images>(at);
  images.data = x;
  images.channels = s.c; images.perGroup = s.c / s.groups;
  images.height = s.h; images.width = s.w;
  images.top = s.ph; images.left = s.pw;
  images.paddedHeight = s.h + 2 * s.ph; images.paddedWidth = s.w + 2 * s.pw;
  images.atOnce = imagesAtOnce(s.n, s.oh * s.ow);
  return images;
}

/** Zero rows before g so that every tap finds one: ceil((dilation·(kernel − 1) − padding) / stride), at least 0. */
export function marginBefore(kernel: i32, stride: i32, padding: i32, dilation: i32): i32 {
  const reach = dilation * (kernel - 1) - padding;
  return reach > 0 ? (reach - 1) / stride + 1 : 0;
}

/** Rows of g with both margins: the last row of x may read row floor((size − 1 + padding) / stride). */
export function paddedRows(before: i32, rows: i32, size: i32, stride: i32, padding: i32): i32 {
  return before + max(rows, (size - 1 + padding) / stride + 1);
}

/** g [n,o,oh,ow] with the margins of the input gradient. */
export function gradientImages(at: usize, s: Shape, g: usize): Images {
  const images = changetype<Images>(at);
  images.data = g;
  images.channels = s.o; images.perGroup = s.o / s.groups;
  images.height = s.oh; images.width = s.ow;
  images.top = marginBefore(s.kh, s.sh, s.ph, s.dh);
  images.left = marginBefore(s.kw, s.sw, s.pw, s.dw);
  images.paddedHeight = paddedRows(images.top, s.oh, s.h, s.sh, s.ph);
  images.paddedWidth = paddedRows(images.left, s.ow, s.w, s.sw, s.pw);
  images.atOnce = imagesAtOnce(s.n, s.h * s.w);
  return images;
}

/** The forward taps: table[t] = byte offset of tap t = (channel, i, j) in a padded image, padded to whole panels. */
export function tapTable(table: usize, s: Shape, x: Images): void {
  let entry = table;
  let last = 0;
  for (let c = 0; c < x.perGroup; c++) {
    for (let i = 0; i < s.kh; i++) {
      for (let j = 0; j < s.kw; j++, entry += 4) {
        last = (c * x.paddedHeight + i * s.dh) * x.paddedWidth + j * s.dw << 2;
        store<i32>(entry, last);
      }
    }
  }
  fillUp(entry, x.perGroup * s.kh * s.kw, last);
}

/** A grid of pixels: table[p] = 4·(image·imageStride + start + y·yStride + x·xStride), padded to whole panels. */
export function pixelTable(
  table: usize, images: i32, rows: i32, columns: i32, imageStride: i32, start: i32, yStride: i32, xStride: i32,
): void {
  let entry = table;
  let last = 0;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, entry += 4) {
        last = n * imageStride + start + y * yStride + x * xStride << 2;
        store<i32>(entry, last);
      }
    }
  }
  fillUp(entry, images * rows * columns, last);
}

/** Repeats the last entry until the table fills whole panels. */
function fillUp(entry: usize, count: i32, last: i32): void {
  for (let i = count; i < roundUp(count, COLUMNS); i++, entry += 4) store<i32>(entry, last);
}
