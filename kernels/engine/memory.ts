// Raw memory and vectors: the engine sees only byte offsets, f32 elements and four-lane vectors.

/** The first byte the host may use; everything below is the engine's static data. */
export function heapBase(): usize {
  return aligned(__heap_base);
}

/** Rounds a byte count up to whole 64-byte cache lines. */
// @ts-ignore: decorator
@inline
export function aligned(bytes: usize): usize {
  return (bytes + 63) & ~(<usize>63);
}

/** Rounds n up to a multiple of m. */
// @ts-ignore: decorator
@inline
export function roundUp(n: i32, m: i32): i32 {
  return (n + m - 1) / m * m;
}

/** n f32 or i32 elements in bytes. */
// @ts-ignore: decorator
@inline
export function bytes(n: i32): usize {
  return <usize>n << 2;
}

/** Scratch memory of so many bytes, which may be counted beyond the 2³² that an address has: no memory has the most. */
export function scratchOf(bytes: f64): usize {
  return <usize>min<f64>(bytes, 4294967232);
}

/** Element i of an f32 array. */
// @ts-ignore: decorator
@inline
export function get(p: usize, i: i32): f32 {
  return load<f32>(p + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function put(p: usize, i: i32, value: f32): void {
  store<f32>(p + (<usize>i << 2), value);
}

/** Element i of an i32 table. */
// @ts-ignore: decorator
@inline
export function at(table: usize, i: i32): usize {
  return load<i32>(table + (<usize>i << 2));
}

/** a·b + c, fused where the build allows relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// Loops call their body with left = 4, a constant once inlined, and at the end with what remains: a branch for every
// vector would make them three times slower.

/** Four elements, or the `left` < 4 that remain with zeros behind them. */
// @ts-ignore: decorator
@inline
export function load4(p: usize, left: i32): v128 {
  return left >= 4 ? v128.load(p) : loadRest(p, left);
}

/** Writes four elements, or the `left` < 4 that remain. */
// @ts-ignore: decorator
@inline
export function store4(p: usize, v: v128, left: i32): void {
  if (left >= 4) v128.store(p, v);
  else storeRest(p, v, left);
}

/** The vector at p + at, at = 0 or 16 known at compile time: an immediate offset must be a literal. */
// @ts-ignore: decorator
@inline
export function loadAt(p: usize, at: i32): v128 {
  return at == 16 ? v128.load(p, 16) : v128.load(p);
}

function loadRest(p: usize, left: i32): v128 {
  let v = v128.load32_zero(p);
  if (left > 1) v = v128.load32_lane(p, v, 1, 4);
  if (left > 2) v = v128.load32_lane(p, v, 2, 8);
  return v;
}

function storeRest(p: usize, v: v128, left: i32): void {
  v128.store32_lane(p, v, 0);
  if (left > 1) v128.store32_lane(p, v, 1, 4);
  if (left > 2) v128.store32_lane(p, v, 2, 8);
}

/** Sum of the four lanes in double precision. */
// @ts-ignore: decorator
@inline
export function lanes(v: v128): f64 {
  return (<f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1))
    + (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}

/** Copies n elements; faster than memory.copy for the short rows of images. */
export function copyRow(out: usize, x: usize, n: i32): void {
  for (; n >= 4; n -= 4, out += 16, x += 16) v128.store(out, v128.load(x));
  if (n > 0) storeRest(out, loadRest(x, n), n);
}
