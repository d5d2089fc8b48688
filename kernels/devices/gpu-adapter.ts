// Whether a GPU answers: asked by 'auto', and without loading GPU.js.
import { platform } from '#platform';

/** Whether WebGPU's adapter is a real GPU rather than a software renderer. */
export async function hasHardwareWebgpu(): Promise<boolean> {
  try {
    if (!platform.mayHaveGpu()) return false;
    await platform.provideWebgpu();
    const adapter = await globalThis.navigator.gpu.requestAdapter();
    return (
      adapter !== null && !/swiftshader|llvmpipe/i.test(`${adapter.info.description} ${adapter.info.device}`)
    );
  } catch {
    return false;
  }
}
