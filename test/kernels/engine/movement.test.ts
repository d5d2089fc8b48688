// The engine's strided copy and packing against plain indexing.
import t from 'tap';
import { engines, noise } from './engine.js';

interface Copy {
  sizes: number[];
  strides: number[];
  offset?: number;
}

const copies: Record<string, Copy> = {
  'a plain copy': { sizes: [1, 1, 1, 1, 3, 7], strides: [0, 0, 0, 0, 7, 1] },
  'a transpose of odd sizes': { sizes: [1, 1, 1, 2, 9, 6], strides: [0, 0, 0, 54, 1, 9] },
  'a transpose of whole tiles': { sizes: [1, 1, 1, 1, 8, 12], strides: [0, 0, 0, 0, 1, 8] },
  'a thin transpose': { sizes: [1, 1, 1, 1, 3, 5], strides: [0, 0, 0, 0, 1, 3] },
  'a permutation of six axes': { sizes: [2, 3, 2, 2, 3, 2], strides: [1, 2, 6, 12, 24, 72] },
  'a broadcast': { sizes: [1, 1, 2, 3, 4, 5], strides: [0, 0, 0, 1, 0, 0] },
  'a flip': { sizes: [1, 1, 1, 1, 1, 9], strides: [0, 0, 0, 0, 0, -1], offset: 8 },
  'a slice with steps': { sizes: [1, 1, 1, 1, 3, 3], strides: [0, 0, 0, 0, 20, 3], offset: 11 },
};

for (const engine of engines) {
  for (const [title, { sizes, strides, offset = 0 }] of Object.entries(copies)) {
    t.test(`${engine.name}: stridedCopy makes ${title}`, async (t) => {
      const x = noise(200);
      let rest = sizes.reduce((n, d) => n * d, 1);
      const expected = Float32Array.from({ length: rest }, (_, index) => {
        let from = offset;
        rest = index;
        for (let axis = 5; axis >= 0; axis--) {
          from += (rest % sizes[axis]) * strides[axis];
          rest = Math.floor(rest / sizes[axis]);
        }
        return x[from];
      });
      t.same(engine.run('stridedCopy', expected.length, [x], [offset, ...sizes, ...strides]), expected);
    });
  }

  t.test(`${engine.name}: stack packs two arrays, part takes one out again`, async (t) => {
    const [a, b] = [noise(7, 1), noise(7, 2)];
    const both = engine.run('stack', 14, [a, b], [7]);
    t.same([...both], [...a, ...b]);
    t.same(engine.run('part', 7, [both], [7, 7]), b);
  });
}
