// The table of operators has a row for each function of lib/ops, and no other.
import t from 'tap';
import * as ops from '../../lib/ops/index.js';
import { table } from './cases.js';

t.test('the rows are the functions that lib/ops exports', async (t) => {
  const exported = Object.entries(ops).filter(([, value]) => typeof value === 'function');
  t.same(Object.keys(table).sort(), exported.map(([name]) => name).sort());
});

t.test('no row is empty, and what it leaves out has a reason', async (t) => {
  for (const [op, { cases, bad, gradient, second, golden, devicesOnly }] of Object.entries(table)) {
    t.not(Object.keys(cases).length, 0, `${op} has cases`);
    t.not(Object.keys(bad).length, 0, `${op} has bad calls`);
    const reasons = [gradient, second, golden].flatMap((part) =>
      typeof part === 'object' && 'without' in part ? [part.without] : [],
    );
    if (devicesOnly) reasons.push(devicesOnly.because);
    for (const reason of reasons) t.ok(reason.length > 10, `${op} says why: ${reason}`);
  }
});
