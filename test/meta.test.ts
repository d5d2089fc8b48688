// Every exported operation has a golden value, a gradient check and a parity check.
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import * as ops from '../lib/ops/index.js';
import { adaptedOps } from './golden/adapters.js';
import { readFixtures } from './golden/fixtures.js';
import { type Exempt, missingChecks, namesPassedTo } from './meta.js';

/** Operations that have no gradient, so that there is nothing to check. */
const exempt: Exempt = {
  argMax: { gradient: 'its result is a place, a whole number' },
  emFit: { gradient: 'it stands outside the tape; mixtureNorm differentiates through EM' },
};

const exported = Object.entries(ops)
  .filter(([, value]) => typeof value === 'function')
  .map(([name]) => name);

/** Names in the checks of test/ops. */
function inTests(fn: string): Set<string> {
  const files = readdirSync('test/ops').filter((file) => file.endsWith('.test.ts'));
  return new Set(files.flatMap((file) => namesPassedTo(fn, readFileSync(`test/ops/${file}`, 'utf8'))));
}

function inFixtures(): Set<string> {
  const adapted = new Set(adaptedOps());
  const cases = readFixtures('test/fixtures').map(({ op }) => op);
  return new Set(cases.filter((op) => adapted.has(op)));
}

t.test('every exported operation has a golden, a gradient and a parity check', async (t) => {
  t.ok(exported.length > 20, `${exported.length} operations`);
  const checked = {
    golden: inFixtures(),
    gradient: inTests('checkGradient'),
    parity: inTests('checkParity'),
  };
  t.same(missingChecks(exported, checked, exempt), []);
});

t.test('an operation without a check is named, with what it lacks', async (t) => {
  const checked = { golden: new Set(['a', 'b']), gradient: new Set(['a']), parity: new Set(['a', 'c']) };
  t.same(missingChecks(['a', 'b', 'c'], checked, { c: { golden: 'has none' } }), [
    'b has no gradient check',
    'b has no parity check',
    'c has no gradient check',
  ]);
});

t.test('an exemption that nothing needs is named', async (t) => {
  const all = { golden: new Set(['a']), gradient: new Set(['a']), parity: new Set(['a']) };
  t.same(missingChecks(['a'], all, { a: { parity: 'old' }, gone: { golden: 'old' } }), [
    'a needs no exemption from the parity check',
    'gone needs no exemption from the golden check',
  ]);
});

t.test('checks in comments do not count, checks over two lines do', async (t) => {
  const source = `checkGradient('one', {});\n// checkGradient('two', {});\n/* checkGradient('three') */\ncheckGradient(\n  'four',\n);`;
  t.same(namesPassedTo('checkGradient', source), ['one', 'four']);
});
