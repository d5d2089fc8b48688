// What this browser lacks, in words.
import { whyNoGpu } from '../../../dist/kernels/devices/gpu-adapter.js';
import { whyNoEngine } from '../../../dist/models/lab/support.js';

/** Why networks cannot train here; null where they can. */
export function whyNoTraining(): string | null {
  const lack = whyNoEngine();
  if (lack) return `This browser cannot train networks: ${lack}. A newer one can.`;
  return 'Worker' in globalThis ? null : 'This browser cannot train networks: it has no Web Workers.';
}

/** The threads of each of two networks. */
export const threadsOfEach = (): number =>
  crossOriginIsolated ? Math.max(1, Math.floor(navigator.hardwareConcurrency / 2)) : 1;

/** Why there is one thread alone, where the machine has more cores; '' elsewhere. */
export function aboutThreads(): string {
  if (crossOriginIsolated || navigator.hardwareConcurrency < 4) return '';
  return 'Each network trains with one thread: the server of this page does not send the headers that threads need.';
}

/**
 * Offers WebGPU in the field of the device where a GPU answers, or the link asks for it; elsewhere says why not. A browser notes
 * in its console that it was asked in vain, and so is asked when one comes to the field.
 */
export function offerGpu(select: HTMLSelectElement): void {
  const option = [...select.options].find(({ value }) => value === 'webgpu')!;
  option.disabled = !option.selected;
  let asked = false;
  const ask = async () => {
    if (asked || !option.disabled) return;
    asked = true;
    const reason = await whyNoGpu();
    if (reason === null) option.disabled = false;
    else select.nextElementSibling!.textContent = `not webgpu: ${reason}`;
  };
  for (const kind of ['focus', 'pointerenter']) select.addEventListener(kind, ask);
}
