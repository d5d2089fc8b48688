// The figures of the study are those that its recorded runs give.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runMixgrad } from '../models/programs.js';
import { ganTable } from '../tools/gan-table.js';
import { networkTable } from '../tools/network-table.js';

const DATA = 'docs/results/data';
const sweeps = readdirSync(DATA).filter((name) => existsSync(join(DATA, name, 'sweep.json')));
const tables = sweeps.map((name) => readFileSync(join(DATA, name, 'table.md'), 'utf8'));

for (const [i, name] of sweeps.entries()) {
  t.test(`the runs of ${name} give its table`, (t) => {
    const out = join(t.testdir({}), 'collected');
    const { code, stderr } = runMixgrad(['sweep', 'collect', join(DATA, name), '--out', out, '--quiet']);
    t.equal(code, 0, stderr);
    t.equal(readFileSync(join(out, 'table.md'), 'utf8'), tables[i]);
    t.end();
  });
}

t.test('the page has the rows of these tables', (t) => {
  const known = new Set(tables.flatMap((table) => table.split('\n')));
  const rows = readFileSync('docs/results/study.md', 'utf8').match(/^\| (?:bn|mn|ghost|mode)\b.*$/gm) ?? [];
  t.ok(rows.length > 10);
  for (const row of rows) t.ok(known.has(row), row);
  t.end();
});

for (const [name, page, printed] of [
  ['the GAN', 'gan.md', ganTable(join(DATA, 'gan'))],
  ['networks', 'networks.md', networkTable(join(DATA, 'networks'))],
]) {
  t.test(`the page of ${name} has what the runs give`, (t) => {
    const lines = printed.split('\n').filter((line) => line !== '');
    t.ok(lines.length > 5);
    const known = new Set(readFileSync(join('docs/results', page), 'utf8').split('\n'));
    for (const line of lines) t.ok(known.has(line), line);
    t.end();
  });
}
