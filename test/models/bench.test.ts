// The benchmark program.
import t from 'tap';
import { isOneLine, runProgram } from './programs.js';

const flags = '--norm mn --batch 2 --steps 2 --device wasm --threads 1'.split(' ');

t.test('--json prints one object with the figures', (t) => {
  const { code, stdout, stderr } = runProgram('bench', [...flags, '--json']);
  t.equal(code, 0, stderr);
  t.ok(isOneLine(stdout), stdout);
  const { framework, model, norm, batch, steps, device, threads, ...figures } = JSON.parse(stdout);
  t.match(framework, /^mixgrad \d+\.\d+\.\d+/);
  t.strictSame(
    { model, norm, batch, steps, device, threads },
    { model: 'cifar-cnn', norm: 'mn', batch: 2, steps: 2, device: 'wasm', threads: 1 },
  );
  t.strictSame(Object.keys(figures), ['train_step_ms', 'images_per_s', 'eval_ms', 'device_bytes']);
  for (const [name, figure] of Object.entries(figures)) t.ok(Number(figure) > 0, name);
  t.end();
});

t.test('without --json it prints a readable line', (t) => {
  const { stdout } = runProgram('bench', flags);
  t.ok(isOneLine(stdout), stdout);
  t.match(stdout, /train step [\d.]+ ms .*images\/s/);
  t.end();
});

t.test('a wrong flag ends with code 2 and one line', (t) => {
  for (const wrong of [
    ['--batch', '0'],
    ['--norm', 'ln'],
    ['--threads', '0'],
  ]) {
    const { code, stderr } = runProgram('bench', wrong);
    t.equal(code, 2);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, wrong[0]);
  }
  t.end();
});
