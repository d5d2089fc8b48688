// Every operator as ONNX nodes, run by onnxruntime on batches that the file was not made with.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { rows as nodes } from '../../../lib/io/onnx/rows/index.js';
import { rows } from '../../ops/cases.js';
import { cases } from './cases.js';
import { whyNot } from './operators.js';
import { Apply, agrees } from './runtime.js';

t.test('every operator has cases, or a reason to have none', async (t) => {
  const missing = rows.filter(([op, row]) => !(op in cases || whyNot(op, row))).map(([op]) => op);
  t.same(missing, [], 'cases.ts and more-cases.ts have them all');
});

t.test('docs/interop.md has every row of the table', async (t) => {
  const table = readFileSync('docs/interop.md', 'utf8').matchAll(/^\| ([^|]*`[^|]*) \|/gm);
  const said = [...table].flatMap(([, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  t.same(
    Object.keys(nodes).filter((op) => !said.includes(op)),
    [],
  );
  t.same(
    said.filter((name) => !(name in nodes || name in cases)),
    [],
    'nor one of nothing',
  );
});

for (const [op, list] of Object.entries(cases)) {
  t.test(op, async (t) => {
    for (const [title, [fn, shape]] of Object.entries(list))
      await agrees(t, `${op}: ${title}`, new Apply(fn), shape);
  });
}
