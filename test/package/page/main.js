// The page's program. The test asks for what `ran` resolves to, and calls `onDevice`.
import { MixgradError, openDevice, sum, zeros } from 'mixgrad';
import { ownKernel } from './own-kernel.js';
import { train } from './train.js';

async function begin() {
  const device = await openDevice('wasm');
  const { losses, net } = await train(device, 20);
  const { threads } = device;
  let message = '';
  try {
    sum(zeros([2]), { dim: 0 });
  } catch (error) {
    if (error instanceof MixgradError) message = `${error}`;
  }
  device.close();
  return { losses, net, threads, message };
}

/** What another device computes, or the name and message of the error. */
async function onDevice(name) {
  try {
    const device = await openDevice(name);
    const { losses } = await train(device, 2);
    return { losses, own: await ownKernel(device) };
  } catch (error) {
    return { error: `${error}` };
  }
}

Object.assign(globalThis, { ran: begin(), onDevice });
