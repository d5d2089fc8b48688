// The page for those who come from PyTorch: every name in its right column is there.
import { readFileSync } from 'node:fs';
import t from 'tap';
import * as mixgrad from '../../lib/index.js';

const page = readFileSync('docs/coming-from-pytorch.md', 'utf8');

/** What may be called or named: exports, methods and properties of tensors, modules and optimizers. */
const known = new Set<string>();
for (const name of Object.keys(mixgrad)) known.add(name);
for (const { prototype } of [mixgrad.Tensor, mixgrad.Module, mixgrad.Linear, mixgrad.Optimizer])
  for (const name of Object.getOwnPropertyNames(prototype)) known.add(name);

t.test('every name that the table gives for mixgrad is there', async (t) => {
  const rows = Array.from(page.matchAll(/^\| `.*\| (.*) \|$/gm), ([, right]) => right);
  t.ok(rows.length > 40, `${rows.length} rows`);
  let names = 0;
  for (const right of rows) {
    for (const [, code] of right.matchAll(/`([^`]+)`/g)) {
      const called = Array.from(code.matchAll(/(\w+)\(/g), ([, name]) => name);
      for (const name of /^\w+$/.test(code) ? [code] : called) {
        names++;
        if (code !== 'var') t.ok(known.has(name), name);
      }
    }
  }
  t.ok(names > 80, `${names} names`);
});
