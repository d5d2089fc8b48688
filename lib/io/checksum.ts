// A checksum of what a file was made of.

/** FNV-1a over words of up to 32 bits: every step can be undone, so that no single word can change unnoticed. */
export function checksum(parts: Iterable<ArrayLike<number>>): string {
  let hash = 0x811c9dc5;
  for (const words of parts)
    for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i], 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
