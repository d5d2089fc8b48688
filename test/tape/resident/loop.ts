// Run by the test beside it in a process of its own: one loop on one device, and how much memory the process holds early and late.
import { setImmediate } from 'node:timers/promises';
import {
  crossEntropy,
  type DeviceName,
  Linear,
  noGrad,
  openDevice,
  ReLU,
  Sequential,
  SGD,
  setDevice,
  type Tensor,
  tensor,
} from '../../../lib/index.js';

const [name, device, turns, early, limit] = process.argv.slice(2);
setDevice(await openDevice(device as DeviceName, device === 'wasm' ? { threads: 1 } : {}));

const network = new Sequential(new Linear(8, 8), new ReLU(), new Linear(8, 4));
const optimizer = new SGD(network.parameters(), { lr: 0.01, momentum: 0.9 });
const labels = [0, 1, 2, 3, 3, 2, 1, 0];
const waves = Float32Array.from({ length: 2 ** 14 }, (_, i) => Math.sin(i));
const images = () => tensor(waves.subarray(0, 2048), { shape: [256, 8] });
const batch = (turn: number) => tensor(waves.subarray(turn % 64, (turn % 64) + 64), { shape: [8, 8] });
const mebibyte = new Float32Array(2 ** 18).fill(1);
const held: Tensor[] = [];

/** One turn of each loop. None releases anything itself. */
const loops: Record<string, (turn: number) => unknown> = {
  training(turn) {
    optimizer.zeroGrad();
    crossEntropy(network.train().forward(batch(turn)), labels).backward();
    optimizer.step();
  },
  evaluation: () => noGrad(() => network.eval().forward(images()).sum()).item(),
  // Recorded, and never used up by backward().
  'evaluation outside noGrad': () => network.eval().forward(images()).sum().item(),
  operations: () => tensor(waves.subarray(0, 4096)).mul(2).add(1).data(),
  'operations without await'() {
    tensor(waves.subarray(0, 4096)).mul(2).add(1);
  },
  'operations on a MiB': () => tensor(mebibyte).mul(2).data(),
  async 'some are kept'(turn) {
    const y = tensor(waves.subarray(0, 4096)).mul(2);
    held[turn % 8] = y.keep();
    held[8 + (turn % 8)] = network.parameters()[0].detach();
    await y.sum().item();
  },
  'gradients of the data'(turn) {
    const x = tensor(mebibyte, { requiresGrad: true });
    x.mul(x).sum().backward();
    held[turn % 2] = x;
  },
};

/** The process's memory in use. What the garbage collector has not looked at yet is no leak: it is called before. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    gc!();
    await setImmediate();
  }
  return process.memoryUsage.rss();
}

/** Turns up to and with turn `end`, and what the process then holds. */
async function until(end: number): Promise<number> {
  while (turn < end) await loops[name](++turn);
  return resident();
}

let turn = 0;
const before = await until(Number(early));
const readings = [await until(Number(turns))];
// Machine code that was compiled anew, or a page given back late, is gone at a later reading. A leak is not.
while (readings.at(-1)! >= Number(limit) * before && readings.length < 6)
  readings.push(await until(turn + Number(turns) / 5));
console.log(JSON.stringify([before, ...readings]));
process.exit();
