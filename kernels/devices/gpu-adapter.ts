// Whether a GPU answers: asked by 'auto', and without loading GPU.js.
import { platform } from '#platform';

/** Why WebGPU has no adapter that is a real GPU rather than a software renderer; null where it has. */
export async function whyNoGpu(): Promise<string | null> {
  const none = 'no GPU answers through WebGPU';
  if (!platform.mayHaveGpu()) return none;
  try {
    await platform.provideWebgpu();
    const adapter = await globalThis.navigator.gpu.requestAdapter();
    if (!adapter) return none;
    // a page may be told the architecture alone
    const { architecture, description, device } = adapter.info;
    return /swiftshader|llvmpipe/i.test(`${architecture} ${description} ${device}`) ? none : null;
  } catch (error) {
    return `${none}: ${(error as Error).message}`;
  }
}
