// Whether a page can train here at all.

/** (func (result v128) (i8x16.splat 0)) */
// biome-ignore format: one section of the module a line
const SIMD_PROBE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 5, 1, 0x60, 0, 1, 0x7b,
  3, 2, 1, 0,
  10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 0x0b,
);

/** Why the engine cannot run here; null where it can. */
export const whyNoEngine = (): string | null =>
  globalThis.WebAssembly?.validate(SIMD_PROBE) ? null : 'there is no WebAssembly with SIMD here';
