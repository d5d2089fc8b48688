// Every operator's gradient equals central differences, in float64 on the reference device.
import t from 'tap';
import { gradcheck, openDevice } from '../../lib/index.js';
import { allCases, rows } from './cases.js';
import { leaves } from './row.js';

const reference = await openDevice('reference');

for (const [op, row] of rows) {
  if (row.gradient) {
    t.test(`${op} gives no gradient: ${row.gradient.without}`, async (t) => {
      for (const [title, entry] of Object.entries(allCases(row))) {
        t.equal(entry.fn(...leaves(title, entry, reference)).requiresGrad, false, title);
      }
    });
    continue;
  }
  for (const [title, entry] of Object.entries(row.cases)) {
    t.test(`${op}: the gradient agrees with central differences: ${title}`, async (t) => {
      const inputs = leaves(title, entry, reference);
      const found = gradcheck(entry.fn, inputs);
      t.equal(found.length, inputs.length);
      for (const { error } of found) t.ok(error <= 1e-6, `relative error ${error}`);
    });
  }
}
