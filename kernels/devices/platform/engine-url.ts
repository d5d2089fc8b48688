// Where the engine lies, beside the platform's files: the package's bundle moves, these do not.

/** The four builds of the engine. Bundlers look for these very words, so each is written out. */
export function engineUrl(relaxed: boolean, shared: boolean): URL {
  if (relaxed) {
    return shared
      ? new URL('../../engine/engine-relaxed-threads.wasm', import.meta.url)
      : new URL('../../engine/engine-relaxed.wasm', import.meta.url);
  }
  return shared
    ? new URL('../../engine/engine-threads.wasm', import.meta.url)
    : new URL('../../engine/engine.wasm', import.meta.url);
}
