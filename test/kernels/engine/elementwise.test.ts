// The engine's elementwise kernels and optimizer steps against JavaScript's own arithmetic.
import t from 'tap';
import { type Engine, engines, error, noise } from './engine.js';

const lengths = [1, 2, 3, 4, 5, 7, 16, 1003];
const positive = (n: number, seed: number) => noise(n, seed).map((v) => Math.abs(v) + 0.1);

/** Checks kernel(…inputs) against rule(…elements) on every length. */
function check(
  engine: Engine,
  kernel: string,
  arity: number,
  numbers: number[],
  rule: (...values: number[]) => number,
): void {
  t.test(`${engine.name}: ${kernel} applies its formula to every element`, async (t) => {
    for (const n of lengths) {
      const inputs = Array.from({ length: arity }, (_, i) => positive(n, i + 1));
      const expected = Array.from(inputs[0], (_, i) => rule(...inputs.map((values) => values[i])));
      t.ok(error(engine.run(kernel, n, inputs, [n, ...numbers]), expected) < 3e-7, `${n} elements`);
    }
  });
}

for (const engine of engines) {
  check(engine, 'add', 2, [], (a, b) => a + b);
  check(engine, 'sub', 2, [], (a, b) => a - b);
  check(engine, 'mul', 2, [], (a, b) => a * b);
  check(engine, 'div', 2, [], (a, b) => a / b);
  check(engine, 'exp', 1, [], Math.exp);
  check(engine, 'log', 1, [], Math.log);
  check(engine, 'sqrt', 1, [], Math.sqrt);
  check(engine, 'affine', 1, [-2.5, 0.25], (x) => -2.5 * x + 0.25);
  check(engine, 'sgdMomentum', 3, [0.9, 0.75, 0.01], (v, g, w) => 0.9 * v + 0.75 * (g + 0.01 * w));
  check(engine, 'sgdUpdate', 3, [0.1, 0.9, 1, 0.01], (w, v, g) => w - 0.1 * (0.9 * v + (g + 0.01 * w)));
  check(engine, 'adamMean', 2, [0.9], (m, g) => 0.9 * m + 0.1 * g);
  check(engine, 'adamSquare', 2, [0.999], (v, g) => 0.999 * v + 0.001 * g * g);
  check(
    engine,
    'adamUpdate',
    3,
    [0.1, 3, 0.01, 1e-8],
    (w, m, v) => 0.99 * w - (0.1 * m) / (Math.sqrt(v) * 3 + 1e-8),
  );
  check(engine, 'runningAverage', 2, [0, 0.1, 1.5], (old, batch) => 0.9 * old + 0.15 * batch);

  t.test(`${engine.name}: exp and log are right to 2e-7 over the whole range of float32`, async (t) => {
    const x = Float32Array.from({ length: 20001 }, (_, i) => -87 + (i * 175) / 20000);
    const y = engine.run('exp', x.length, [x], [x.length]);
    t.ok(Math.max(...Array.from(x, (v, i) => Math.abs(y[i] / Math.exp(v) - 1))) < 2e-7);
    const positive = x.map(Math.exp);
    const z = engine.run('log', x.length, [positive], [x.length]);
    const worst = Array.from(
      positive,
      (v, i) => Math.abs(z[i] - Math.log(v)) / Math.max(1, Math.abs(Math.log(v))),
    );
    t.ok(Math.max(...worst) < 2e-7);
  });

  t.test(`${engine.name}: exp and log treat the ends of the range like JavaScript`, async (t) => {
    const x = [0, -0, Infinity, -Infinity, NaN, 89, -104, -100, 1e-40, -1];
    const [exp, log] = ['exp', 'log'].map((kernel) => engine.run(kernel, x.length, [x], [x.length]));
    const floats = Array.from(Float32Array.from(x));
    t.ok(error(exp, Float32Array.from(floats, Math.exp)) < 1e-6);
    t.ok(error(log, Float32Array.from(floats, Math.log)) < 1e-6);
    t.same([log[0], log[9], exp[3]], [-Infinity, NaN, 0]);
  });

  t.test(`${engine.name}: relu keeps what is positive, and its gradient passes where it did`, async (t) => {
    const x = [-1, 0, 2, NaN, 3, -4, 5];
    t.same([...engine.run('relu', 7, [x], [7])], [0, 0, 2, NaN, 3, 0, 5]);
    t.same([...engine.run('reluGrad', 7, [[1, 2, 3, 4, 5, 6, 7], x], [7])], [0, 0, 3, 0, 5, 0, 7]);
  });
}
