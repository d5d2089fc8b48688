// Whether the engine can run here at all.

/** (func (result v128) (i8x16.splat 0)) */
// biome-ignore format: one section of the module a line
const SIMD_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 5, 1, 0x60, 0, 1, 0x7b,
  3, 2, 1, 0,
  10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 0x0b,
);

/** Why the engine cannot run here; null where it can. */
export function whyNoEngine(): string | null {
  if (typeof WebAssembly === 'undefined') return 'there is no WebAssembly here, which the engine is made of';
  return WebAssembly.validate(SIMD_PROBE) ? null : 'WebAssembly has no SIMD here, which the engine needs';
}
