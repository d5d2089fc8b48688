// A Web Worker that opens the device itself. It imports late, so that the first message finds its listener.
globalThis.onmessage = async ({ data }) => {
  const { digests } = await import('./kernels.js');
  globalThis.postMessage(await digests(data));
};

export {};
