// A turn of the event loop, as node:timers/promises has it: what was sent to a worker has its turn before the promise resolves.
export function setImmediate(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
