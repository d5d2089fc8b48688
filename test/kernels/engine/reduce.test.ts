// The engine's kernels over the middle axis of [outer, size, inner] against plain loops.
import t from 'tap';
import { engines, error, noise } from './engine.js';

const shapes = [
  [1, 1, 1],
  [3, 5, 1],
  [2, 1, 7],
  [2, 9, 6],
  [1, 2500, 1],
  [64, 10, 1],
  [1, 100, 33],
];

for (const engine of engines) {
  for (const shape of shapes) {
    const [outer, size, inner] = shape;
    const x = noise(outer * size * inner).map((v) => 20 * v + 25);
    const count = outer * inner;
    const column = (at: number) =>
      Array.from({ length: size }, (_, r) => x[(Math.floor(at / inner) * size + r) * inner + (at % inner)]);
    const columns = Array.from({ length: count }, (_, at) => column(at));

    t.test(`${engine.name}: reductions of [${shape}] equal loops over the middle axis`, async (t) => {
      const sums = columns.map((values) => values.reduce((a, b) => a + b, 0));
      const largest = columns.map((values) => values.indexOf(Math.max(...values)));
      const lse = columns.map((values) => {
        const max = Math.max(...values);
        return max + Math.log(values.reduce((a, b) => a + Math.exp(b - max), 0));
      });
      t.ok(error(engine.run('sum', count, [x], shape), sums) < 3e-7);
      t.same([...engine.run('argMax', count, [x], shape)], largest);
      t.ok(error(engine.run('logSumExp', count, [x], shape), lse) < 3e-7);
    });

    t.test(`${engine.name}: gather over [${shape}] picks, and its gradient puts back`, async (t) => {
      const index = Float32Array.from({ length: count }, (_, i) => (i * 7) % size);
      const g = noise(count, 2);
      t.same(
        [...engine.run('gather', count, [x, index], shape)],
        columns.map((values, i) => values[index[i]]),
      );
      const expected = new Float32Array(x.length);
      g.forEach((value, i) => {
        expected[(Math.floor(i / inner) * size + index[i]) * inner + (i % inner)] = value;
      });
      t.same(engine.run('gatherGrad', x.length, [g, index], shape), expected);
    });
  }

  t.test(`${engine.name}: logSumExp survives huge and infinite values`, async (t) => {
    const x = [1e4, 1e4, -Infinity, -Infinity, Infinity, 0];
    const out = [...engine.run('logSumExp', 3, [x], [3, 2, 1])];
    t.ok(Math.abs(out[0] - 1e4 - Math.log(2)) < 1e-3);
    t.same(out.slice(1), [-Infinity, Infinity]);
  });
}
