// A convolution of 3×3 three ways, with their errors and their multiplications.
import { conv2d, createRandom, openDevice, setDevice, tensor } from 'mixgrad';

const [C, K, H] = [8, 8, 16]; // channels in and out, height and width; the margin is 1
const random = createRandom(1);
const draw = (n) => Float32Array.from({ length: n }, () => random.normal());
const [x, w] = [draw(C * H * H), draw(K * C * 9)];
const pixel = (c, i, j) => (i < 0 || j < 0 || i >= H || j >= H ? 0 : x[(c * H + i) * H + j]);
const counts = { loops: K * C * 9 * H * H, matrix: K * C * 9 * H * H, tiles: 0 };

/** 1. Loops, as the formula has it. `round` after each step decides the arithmetic. */
function byLoops(round) {
  const y = new Float64Array(K * H * H);
  for (let k = 0; k < K; k++)
    for (let i = 0; i < H; i++)
      for (let j = 0; j < H; j++) {
        let sum = 0;
        for (let c = 0; c < C; c++)
          for (let t = 0; t < 9; t++)
            sum = round(sum + w[(k * C + c) * 9 + t] * pixel(c, i + Math.floor(t / 3) - 1, j + (t % 3) - 1));
        y[(k * H + i) * H + j] = sum;
      }
  return y;
}

/** 2. One product of matrices: w [K, 9C] times the patches [9C, H·H], each pixel written down nine times. */
function byMatrix() {
  const patches = new Float32Array(9 * C * H * H);
  for (let row = 0; row < 9 * C; row++)
    for (let s = 0; s < H * H; s++) {
      const [c, t] = [Math.floor(row / 9), row % 9];
      patches[row * H * H + s] = pixel(c, Math.floor(s / H) + Math.floor(t / 3) - 1, (s % H) + (t % 3) - 1);
    }
  const y = new Float32Array(K * H * H);
  for (let k = 0; k < K; k++)
    for (let row = 0; row < 9 * C; row++)
      for (let s = 0; s < H * H; s++) y[k * H * H + s] += w[k * 9 * C + row] * patches[row * H * H + s];
  return y;
}

/** 3. Winograd's tiles: in one dimension two outputs of three taps from four products in place of six. Here along rows. */
function byTiles() {
  counts.tiles = 0;
  const f = Math.fround;
  const y = new Float32Array(K * H * H);
  for (let k = 0; k < K; k++)
    for (let i = 0; i < H; i++)
      for (let j = 0; j < H; j += 2)
        for (let c = 0; c < C; c++)
          for (let a = 0; a < 3; a++) {
            const [g0, g1, g2] = [0, 1, 2].map((b) => w[(k * C + c) * 9 + 3 * a + b]);
            const [d0, d1, d2, d3] = [0, 1, 2, 3].map((b) => pixel(c, i + a - 1, j + b - 1));
            const m0 = f(f(d0 - d2) * g0);
            const m1 = f(f(d1 + d2) * f(f(f(g0 + g1) + g2) / 2));
            const m2 = f(f(d2 - d1) * f(f(f(g0 - g1) + g2) / 2));
            const m3 = f(f(d1 - d3) * g2);
            const at = (k * H + i) * H + j;
            y[at] += f(f(m0 + m1) + m2);
            y[at + 1] += f(f(m1 - m2) - m3);
            counts.tiles += 4;
          }
  return y;
}

const exact = byLoops((v) => v);
const largest = Math.max(...exact.map(Math.abs));
async function tell(name, way) {
  await way(); // the first call is compiled
  const start = performance.now();
  const y = await way();
  const ms = (performance.now() - start).toFixed(1);
  const error = y.reduce((most, v, i) => Math.max(most, Math.abs(v - exact[i])), 0) / largest;
  console.log(`${name}: ${counts[name] ?? 'some'} products, error ${error.toExponential(0)}, ${ms} ms`);
}
await tell('loops', () => byLoops(Math.fround));
await tell('matrix', byMatrix);
await tell('tiles', byTiles);
setDevice(await openDevice('wasm', { threads: 1 }));
const [images, filters] = [tensor(x, { shape: [1, C, H, H] }), tensor(w, { shape: [K, C, 3, 3] })];
await tell('mixgrad', () => conv2d(images, filters, null, { padding: 1 }).data());
