// The engine's convolutions against plain loops in float64.
import t from 'tap';
import { engines, error, noise } from './engine.js';

interface Case {
  n?: number;
  c?: number;
  h?: number;
  w?: number;
  o?: number;
  k?: [number, number];
  stride?: [number, number];
  padding?: [number, number];
  dilation?: [number, number];
  groups?: number;
}

/** All sizes of a case, in the order of the kernels' arguments. */
function sizes({ n = 1, c = 1, h = 1, w = 1, o = 1, k = [1, 1], groups = 1, ...rest }: Case): number[] {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = rest;
  const size = (x: number, axis: number) =>
    Math.floor((x + 2 * padding[axis] - dilation[axis] * (k[axis] - 1) - 1) / stride[axis]) + 1;
  return [n, c, h, w, o, ...k, size(h, 0), size(w, 1), ...stride, ...padding, ...dilation, groups];
}

/** Calls visit(x index, weight index, out index) for every product in the definition of the convolution. */
function everyProduct(s: number[], visit: (x: number, w: number, out: number) => void): void {
  const [n, c, h, w, o, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, groups] = s;
  const [cg, og] = [c / groups, o / groups];
  for (let i = 0; i < n * o * oh * ow; i++) {
    const [x0, y0] = [(i % ow) * sw - pw, (Math.floor(i / ow) % oh) * sh - ph];
    const [channel, image] = [Math.floor(i / ow / oh) % o, Math.floor(i / ow / oh / o)];
    for (let j = 0; j < cg * kh * kw; j++) {
      const x = x0 + (j % kw) * dw;
      const y = y0 + (Math.floor(j / kw) % kh) * dh;
      const from = Math.floor(channel / og) * cg + Math.floor(j / kw / kh);
      if (x < 0 || x >= w || y < 0 || y >= h) continue;
      visit(((image * c + from) * h + y) * w + x, channel * cg * kh * kw + j, i);
    }
  }
}

const cases: Record<string, Case> = {
  'one pixel': {},
  'a 1×1 kernel over odd sizes': { n: 3, c: 5, h: 7, w: 5, o: 9 },
  'a 5×5 kernel with padding 2, like the CIFAR network': {
    n: 2,
    c: 7,
    h: 16,
    w: 16,
    o: 13,
    k: [5, 5],
    padding: [2, 2],
  },
  'small images shared by one pass': { n: 37, c: 6, h: 4, w: 4, o: 8, k: [3, 3], padding: [1, 1] },
  'images of 7×7': { n: 11, c: 3, h: 7, w: 7, o: 6, k: [3, 3], padding: [1, 1] },
  'more terms than one block': { n: 2, c: 20, h: 8, w: 8, o: 7, k: [5, 5], padding: [2, 2] },
  'more pixels than one block': { n: 2, c: 2, h: 24, w: 30, o: 3, k: [3, 3], padding: [1, 1] },
  'stride 2': { n: 3, c: 4, h: 9, w: 8, o: 5, k: [3, 3], stride: [2, 2], padding: [1, 1] },
  'a stride larger than the kernel': { n: 2, c: 3, h: 10, w: 11, o: 4, k: [2, 1], stride: [3, 4] },
  'different strides, paddings and dilations': {
    n: 2,
    c: 3,
    h: 12,
    w: 13,
    o: 4,
    k: [3, 2],
    stride: [2, 3],
    padding: [2, 1],
    dilation: [2, 3],
  },
  'dilation 2': { n: 2, c: 3, h: 9, w: 9, o: 4, k: [3, 3], padding: [2, 2], dilation: [2, 2] },
  'more padding than the kernel reaches': { n: 2, c: 2, h: 3, w: 3, o: 3, k: [2, 2], padding: [3, 2] },
  groups: { n: 3, c: 6, h: 6, w: 5, o: 9, k: [3, 3], padding: [1, 1], groups: 3 },
  'depthwise with stride': {
    n: 2,
    c: 8,
    h: 8,
    w: 8,
    o: 8,
    k: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
    groups: 8,
  },
  'grouped 1×1 read in place': { n: 20, c: 8, h: 3, w: 3, o: 4, groups: 2 },
  'one output pixel': { n: 5, c: 4, h: 4, w: 4, o: 10, k: [4, 4] },
};

for (const engine of engines) {
  for (const [title, definition] of Object.entries(cases)) {
    const s = sizes(definition);
    const [n, c, h, w, o, kh, kw, oh, ow] = s;
    const groups = s[15];
    const x = noise(n * c * h * w, 1);
    const weight = noise((o * c * kh * kw) / groups, 2);
    const g = noise(n * o * oh * ow, 3);
    const call = (kernel: string, length: number, inputs: Float32Array[]) =>
      engine.run(kernel, length, inputs, s, engine.exports[`${kernel}Scratch`](...s));

    const tapPanels = Math.ceil(((c / groups) * kh * kw) / 8);
    const gradWeight = () =>
      engine.runRanged(
        'conv2dGradWeight',
        weight.length,
        [g, x],
        s,
        tapPanels,
        engine.exports.conv2dGradWeightScratch(...s),
      );

    t.test(`${engine.name}: convolution with ${title} equals its definition`, async (t) => {
      const out = new Array(g.length).fill(0);
      const dx = new Array(x.length).fill(0);
      const dw = new Array(weight.length).fill(0);
      everyProduct(s, (i, j, k) => {
        out[k] += x[i] * weight[j];
        dx[i] += g[k] * weight[j];
        dw[j] += g[k] * x[i];
      });
      const errors = [
        error(call('conv2d', g.length, [x, weight]), out),
        error(call('conv2dGradInput', x.length, [g, weight]), dx),
        error(gradWeight(), dw),
      ];
      t.ok(Math.max(...errors) < 2e-6, `relative errors ${errors.map((e) => e.toExponential(1))}`);
    });
  }
}
