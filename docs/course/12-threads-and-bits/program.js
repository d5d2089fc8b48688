// Why a sum has several results, and how the same seed gives the same bits on any number of threads.
import { conv2d, createRandom, DeviceError, openDevice, setDevice, tensor } from 'mixgrad';

const f = Math.fround; // to float32
const random = createRandom(1);
const draw = (n) => Float32Array.from({ length: n }, () => random.normal());

// 1. Addition of floats is not associative: a small number beside a large one is lost.
console.log('(1e8 + 1) - 1e8 =', f(f(1e8 + 1) - 1e8), '  1 + (1e8 - 1e8) =', f(1 + f(1e8 - 1e8)));

// 2. So each order has its own result. Here are sums of the same 100,000 numbers, and their errors.
const x = draw(100_000).map((v) => v + 1);
const exact = x.reduce((sum, v) => sum + v, 0); // in float64
const forwards = (v) => v.reduce((sum, a) => f(sum + a), 0);
const fourLanes = (v) => {
  const lanes = [0, 0, 0, 0]; // as a vector of four does it: each lane has every fourth number
  for (let i = 0; i < v.length; i++) lanes[i % 4] = f(lanes[i % 4] + v[i]);
  return f(f(lanes[0] + lanes[1]) + f(lanes[2] + lanes[3]));
};
const pairwise = (v) => {
  if (v.length <= 8) return forwards(v);
  const half = v.length >> 1;
  return f(pairwise(v.subarray(0, half)) + pairwise(v.subarray(half)));
};
const sums = {
  'one after the other': forwards(x),
  'from the end': forwards(x.toReversed()),
  'in four lanes': fourLanes(x),
  'pairs of pairs': pairwise(x),
};
for (const [name, sum] of Object.entries(sums))
  console.log(name.padEnd(20), sum.toFixed(4), ' error', Math.abs(sum / exact - 1).toExponential(0));

// 3. Threads that take what comes next, and add as they finish, have another order each time. mixgrad divides its work by the
// shapes alone, whatever the number of threads, and where parts of a sum are put together it is always in the same order.
/** A number that tells bits apart (FNV-1a). */
const hashOf = (values) =>
  new Uint8Array(values.buffer).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5) >>> 0;
const [images, filters] = [draw(8 * 16 * 20 * 20), draw(24 * 16 * 25)];
const hashes = [];
for (const threads of [1, 2, 3, 4]) {
  try {
    const device = await openDevice('wasm', { threads });
    setDevice(device);
    const options = { requiresGrad: true };
    const a = tensor(images, { shape: [8, 16, 20, 20], ...options });
    const w = tensor(filters, { shape: [24, 16, 5, 5], ...options });
    const y = conv2d(a, w, null, { padding: 2 });
    y.mul(y).mean().backward();
    hashes.push([await y.data(), await a.grad.data(), await w.grad.data()].map(hashOf).join(' '));
    device.close();
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error; // a page that is not isolated has one thread
  }
}
console.log('convolution and both gradients, bits on each number of threads:');
console.log(new Set(hashes).size === 1 ? 'the same' : hashes.join('\n'));
