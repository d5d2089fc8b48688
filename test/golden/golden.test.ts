// Every golden value on every device, and proof that a wrong value is noticed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { everyDevice } from '../devices.js';
import type { TestedDevice } from '../open.js';
import { table } from '../ops/cases.js';
import { spawnSync } from '../processes.js';
import { findAdapter, goldenGaps } from './adapters.js';
import { readFixtures } from './fixtures.js';
import { runGolden } from './suite.js';
import { tolerances } from './tolerances.js';

everyDevice('results and gradients agree with PyTorch and scikit-learn', async (t, device) => {
  const report = await runGolden(
    readFixtures('test/fixtures'),
    device,
    tolerances[device.name as TestedDevice],
  );
  t.same(report.failures, []);
  t.ok(report.ran.length > 120, `${report.ran.length} cases ran`);
});

t.test('every operator has golden values, or its row says why not', async (t) => {
  t.same(goldenGaps(table, readFixtures('test/fixtures')), []);
});

t.test('a promise that no case keeps is named, and values that a row goes without', async (t) => {
  const without = { without: 'nobody has any' };
  const rows = { exp: table.exp, log: table.log, sqrt: { ...table.sqrt, golden: without } };
  t.same(goldenGaps(rows, [{ op: 'exp' }, { op: 'sqrt' }]), [
    'log has no golden value',
    'sqrt has golden values, and goes without: nobody has any',
  ]);
});

t.test(
  'what the library exports and nothing says how to call is an error, what it lacks is not',
  async (t) => {
    t.throws(() => findAdapter('gradcheck'), {
      message: 'gradcheck: there are golden values, and nothing says how to call it',
    });
    t.equal(findAdapter('fourierTransform'), undefined);
  },
);

/** Runs the golden program on a folder with one file of the given content. */
function golden(t: Test, content: string): { status: number | null; output: string } {
  const folder = t.testdir({ 'cases.json': content });
  const program = fileURLToPath(new URL('../tools/golden.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
    env: { ...process.env, MIXGRAD_FIXTURES: folder },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function losses(): { cases: { name: string; outputs: { y: { data: number[] } } }[] } {
  return JSON.parse(readFileSync('test/fixtures/losses.json', 'utf8'));
}

t.test('the program accepts true values', async (t) => {
  const { status, output } = golden(t, JSON.stringify(losses()));
  t.equal(status, 0);
  t.match(output, /reference: 3 ran, 0 skipped, 0 failed/);
});

t.test(
  'the program exits with 1 and names case, tensor and values where one number is corrupted',
  async (t) => {
    const document = losses();
    document.cases[0].outputs.y.data[0] += 1e-3;
    const { status, output } = golden(t, JSON.stringify(document));
    t.equal(status, 1);
    t.match(output, /reference: 3 ran, 0 skipped, 1 failed/);
    t.match(output, /FAILED crossEntropy, y: worst at \[\]: got [\d.]+, expected [\d.]+/);
  },
);

t.test('the program counts what it does not know as skipped, by name', async (t) => {
  const document = losses();
  Object.assign(document.cases[0], { op: 'fourierTransform' });
  const { status, output } = golden(t, JSON.stringify(document));
  t.equal(status, 0);
  t.match(output, /skipped, no such operation: fourierTransform ×1/);
});

t.test('the program exits with 2 and names the file where it is malformed', async (t) => {
  for (const [content, message] of [
    ['{ "cases": [', /cases\.json: .*JSON/],
    ['{ "values": [] }', /cases\.json: no list named cases/],
    ['{ "cases": [{ "op": "add" }] }', /cases\.json: case 0 has no name or no op/],
    [
      '{ "cases": [{ "name": "a", "op": "exp", "outputs": { "y": { "shape": [2], "data": [1] } } }] }',
      /case 0 \(a\), outputs\.y: 1 values do not fill shape \[2\]/,
    ],
  ] as const) {
    const { status, output } = golden(t, content);
    t.equal(status, 2);
    t.match(output, message);
  }
});
