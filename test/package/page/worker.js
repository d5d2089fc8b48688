// The same in a Web Worker of the page's own.
import { openDevice } from 'mixgrad';
import { train } from './train.js';

const device = await openDevice('wasm');
postMessage({ ...(await train(device, 20)), threads: device.threads });
