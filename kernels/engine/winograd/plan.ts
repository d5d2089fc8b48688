// What a Winograd convolution needs to know: sizes, strips of 4×4 tiles, and where a strip's rows lie.
import { COLUMNS, ROWS } from '../gemm/gemm';
import { bytes, roundUp } from '../memory';

/** Rows and columns of an output tile; with a K×K kernel the transforms have 4 + K − 1 points. */
export const TILE: i32 = 4;

/** Tiles of one block: their transforms stay near the level-2 cache, and the filters are read once a block. */
const MOST_TILES: i32 = 64;
const LEAST_TILES: i32 = 16;

/** Tiles of one group of the weight gradient: long enough to pay for reading and writing the sums. */
const TILES_OF_GROUP: i32 = 128;

/** Rows of two panels of A: three vectors of four rows fill them. */
export const PANELS: i32 = 2 * ROWS;

/** Summands of one chain: the error of a sum grows with the length of its chains, and the transforms amplify it. */
export const CHAIN: i32 = 32;

/** Bytes added to the distance of equal things, so that they do not compete for one place in the cache. */
export const STAGGER: usize = 64;

/** A convolution of images [n,channels,height,width] to [n,rows,outHeight,outWidth], stride 1; lives in scratch memory. */
@unmanaged
export class Plan {
  n: i32; channels: i32; height: i32; width: i32;
  rows: i32; outHeight: i32; outWidth: i32;
  /** Points of the transforms in one dimension, and zero margins above and left of the images. */
  points: i32; top: i32; left: i32;
  /** Floats between the filters of neighbouring rows and channels; whether the filters are turned by 180°. */
  rowStep: i32; channelStep: i32; turned: bool;
  /** Tiles below and beside one another in an image; strips (rows of tiles) in all images and in a block. */
  down: i32; across: i32; strips: i32; stripsAtOnce: i32;
  /** Bytes of one point's filters in panels of A. */
  filterStep: usize;

  /** Tiles of a block, in whole panels. */
  get tiles(): i32 {
    return roundUp(this.stripsAtOnce * this.across, COLUMNS);
  }

  /** Blocks of strips: the jobs of a convolution. */
  get blocks(): i32 {
    return (this.strips + this.stripsAtOnce - 1) / this.stripsAtOnce;
  }

  /** Points in two dimensions. */
  get allPoints(): i32 {
    return this.points * this.points;
  }

  /** Bytes of one row of a transformed strip: every tile's columns, and whole vectors behind the left margin. */
  get stripStep(): usize {
    return bytes(roundUp(max(TILE * this.across + TILE, this.left + roundUp(this.width, 4)), 4));
  }
}

/** Pass 0 is forward, 1 the input gradient, 2 the weight gradient. */
export const GRAD_INPUT: i32 = 1;

// @ts-ignore: decorator
@inline
export const HEADER: usize = 256;

/** Plans the forward pass, or the input gradient: g through turned filters, channels and rows exchanged. */
export function planConvolution(
  at: usize, pass: i32, n: i32, c: i32, h: i32, w: i32, o: i32, kernel: i32, oh: i32, ow: i32, ph: i32, pw: i32,
): Plan {
  const plan = changetype<Plan>(at), back = pass == GRAD_INPUT;
  plan.n = n;
  plan.channels = back ? o : c; plan.height = back ? oh : h; plan.width = back ? ow : w;
  plan.rows = back ? c : o; plan.outHeight = back ? h : oh; plan.outWidth = back ? w : ow;
  plan.top = back ? kernel - 1 - ph : ph; plan.left = back ? kernel - 1 - pw : pw;
  plan.points = TILE + kernel - 1;
  plan.turned = back;
  plan.rowStep = (back ? 1 : c) * kernel * kernel;
  plan.channelStep = (back ? c : 1) * kernel * kernel;
  plan.filterStep = filterBytes(plan.rows, plan.channels);
  cutStrips(plan);
  plan.stripsAtOnce = stripsOf(plan, tilesOfBlock(plan.strips * plan.across));
  return plan;
}

/** Plans the weight gradient; its blocks are groups of strips. */
export function planWeights(
  at: usize, n: i32, c: i32, h: i32, w: i32, o: i32, kernel: i32, oh: i32, ow: i32, ph: i32, pw: i32,
): Plan {
  const plan = changetype<Plan>(at);
  plan.n = n; plan.channels = c; plan.height = h; plan.width = w;
  plan.rows = o; plan.outHeight = oh; plan.outWidth = ow;
  plan.top = ph; plan.left = pw;
  plan.points = TILE + kernel - 1;
  cutStrips(plan);
  plan.stripsAtOnce = stripsOf(plan, TILES_OF_GROUP);
  return plan;
}

/** Counts the tiles of a plan whose sizes are known. */
function cutStrips(plan: Plan): void {
  plan.down = (plan.outHeight + TILE - 1) / TILE;
  plan.across = (plan.outWidth + TILE - 1) / TILE;
  plan.strips = plan.n * plan.down;
}

/** Strips of a block of about `tiles` tiles. */
function stripsOf(plan: Plan, tiles: i32): i32 {
  return max(1, min(plan.strips, tiles / plan.across));
}

/** A quarter of all tiles, so that a few threads find work, but enough for one reading of the filters. */
function tilesOfBlock(tiles: i32): i32 {
  return min(MOST_TILES, max(LEAST_TILES, tiles / 4));
}

/** Bytes of one point's filters in panels of A. */
function filterBytes(rows: i32, channels: i32): usize {
  return bytes(roundUp(rows, PANELS) * channels) + STAGGER;
}

/** rows[i] = address of row first + i of a plane, or of zeros where the plane has none. */
export function rowAddresses(
  rows: usize, count: i32, plane: usize, first: i32, height: i32, width: i32, zeros: usize,
): void {
  for (let i = 0; i < count; i++) {
    const y = first + i;
    store<i32>(rows + bytes(i), <i32>(y >= 0 && y < height ? plane + bytes(y * width) : zeros));
  }
}
