// The engine's pooling kernels against plain loops.
import t from 'tap';
import { engines, error, noise } from './engine.js';

/** planes, h, w, oh, ow, kh, kw, sh, sw, ph, pw */
const cases: Record<string, number[]> = {
  'one cell': [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0],
  '3×3 windows, stride 2, padding 1': [3, 16, 16, 8, 8, 3, 3, 2, 2, 1, 1],
  '3×3 windows over 32×32': [2, 32, 32, 16, 16, 3, 3, 2, 2, 1, 1],
  'odd sizes': [2, 9, 11, 4, 5, 2, 3, 2, 2, 0, 0],
  'stride 1': [2, 7, 13, 7, 13, 3, 3, 1, 1, 1, 1],
  '5×5 windows, stride 2, padding 2': [2, 11, 14, 6, 7, 5, 5, 2, 2, 2, 2],
  '7×4 windows, stride 1': [1, 9, 10, 3, 7, 7, 4, 1, 1, 0, 0],
  'stride 3': [2, 10, 11, 4, 4, 3, 2, 3, 3, 1, 0],
  'a last window that sticks out': [2, 6, 6, 3, 3, 3, 3, 2, 2, 0, 0],
  'one window for all': [5, 4, 4, 1, 1, 4, 4, 4, 4, 0, 0],
};

/** Calls visit(plane, window, cell, ih, iw) for every cell of every window that lies inside the image. */
function everyCell(s: number[], visit: (window: number, cell: number, position: number) => void): void {
  const [planes, h, w, oh, ow, kh, kw, sh, sw, ph, pw] = s;
  for (let window = 0; window < planes * oh * ow; window++) {
    const top = (Math.floor(window / ow) % oh) * sh - ph;
    const left = (window % ow) * sw - pw;
    const plane = Math.floor(window / (oh * ow));
    for (let i = Math.max(0, top); i < Math.min(h, top + kh); i++) {
      for (let j = Math.max(0, left); j < Math.min(w, left + kw); j++)
        visit(window, (plane * h + i) * w + j, i * w + j);
    }
  }
}

for (const engine of engines) {
  for (const [title, s] of Object.entries(cases)) {
    const [planes, h, w, oh, ow, kh, kw, sh, sw, ph, pw] = s;
    const [cells, windows] = [planes * h * w, planes * oh * ow];
    const x = noise(cells).map((v) => Math.round(10 * v));
    const g = noise(windows, 2);

    t.test(
      `${engine.name}: max pooling with ${title} finds the first maximum and sends the gradient there`,
      async (t) => {
        const index = new Array(windows).fill(-1);
        const best = new Array(windows).fill(-Infinity);
        const from = new Array(windows).fill(0);
        everyCell(s, (window, cell, position) => {
          if (x[cell] > best[window]) [best[window], index[window], from[window]] = [x[cell], position, cell];
        });
        const dx = new Array(cells).fill(0);
        for (let i = 0; i < windows; i++) dx[from[i]] += g[i];
        t.same([...engine.run('maxPool2dIndex', windows, [x], s)], index);
        t.same([...engine.run('maxPool2d', windows, [x, index], [planes, h * w, oh * ow])], best);
        t.ok(error(engine.run('maxPool2dGrad', cells, [g, index], [planes, h * w, oh * ow]), dx) < 3e-7);
      },
    );

    for (const countPadding of [0, 1]) {
      t.test(
        `${engine.name}: average pooling with ${title}, padding counted ${countPadding}, is the mean`,
        async (t) => {
          const extent = (start: number, kernel: number, size: number, padding: number) =>
            countPadding
              ? Math.min(start + kernel, size + padding) - start
              : Math.min(start + kernel, size) - Math.max(start, 0);
          const divisor = Array.from({ length: windows }, (_, window) => {
            const [top, left] = [(Math.floor(window / ow) % oh) * sh - ph, (window % ow) * sw - pw];
            return extent(top, kh, h, ph) * extent(left, kw, w, pw);
          });
          const y = new Array(windows).fill(0);
          const dx = new Array(cells).fill(0);
          everyCell(s, (window, cell) => {
            y[window] += x[cell] / divisor[window];
            dx[cell] += g[window] / divisor[window];
          });
          t.ok(error(engine.run('avgPool2d', windows, [x], [...s, countPadding]), y) < 5e-7);
          t.ok(error(engine.run('avgPool2dGrad', cells, [g], [...s, countPadding]), dx) < 5e-7);
        },
      );
    }
  }

  t.test(`${engine.name}: a NaN wins its window`, async (t) => {
    const x = Array.from({ length: 64 }, (_, i) => (i === 27 ? NaN : i));
    const index = engine.run('maxPool2dIndex', 16, [x], [1, 8, 8, 4, 4, 3, 3, 2, 2, 1, 1]);
    t.equal(index.filter((i) => i === 27).length, 4);
  });

  t.test(
    `${engine.name}: where all are −∞ the first inside the image is the largest, not the padding`,
    async (t) => {
      const index = engine.run(
        'maxPool2dIndex',
        4,
        [new Array(16).fill(-Infinity)],
        [1, 4, 4, 2, 2, 3, 3, 2, 2, 1, 1],
      );
      t.same([...index], [0, 1, 4, 5]);
    },
  );
}
