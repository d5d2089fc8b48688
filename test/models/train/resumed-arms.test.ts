// Runs with the variants of norms that a study compares go on exactly where they are resumed.
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../programs.js';
import { interrupted, sameRun } from './resumed.js';

const small =
  '--device wasm --threads 1 --limit-train 7 --limit-test 2 --batch-size 2 --steps 8 --eval-every-steps 2 --precise-batches 1';

for (const arm of [
  '--norm-at conv4 --gradient posterior',
  '--norm-at conv4 --shuffle-posteriors --seeding kmeans --norm-gamma 1.5',
]) {
  t.test(`${arm}: a run that was interrupted goes on exactly`, async (t) => {
    const root = t.testdir({});
    const [whole, part] = ['whole', 'part'].map((name) => join(root, name));
    const flags = [...small.split(' '), ...arm.split(' ')];
    const ended = runProgram('train', [...flags, '--out', whole]);
    t.equal(ended.code, 0, ended.stderr);
    const stopped = await interrupted([...flags, '--out', part]);
    t.equal(stopped.code, 130, stopped.stderr);
    const { code, stdout, stderr } = runProgram('train', ['--resume', part]);
    t.equal(code, 0, stderr);
    t.match(stdout, /resumed after step [2-7] in/);
    sameRun(t, part, whole);
  });
}
