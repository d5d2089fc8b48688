// docs/faults.md: every fault names a test that is there.
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';

const rows = readFileSync('docs/faults.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line));

t.test('the faults are numbered without a gap', async (t) => {
  const numbers = rows.map((row) => Number(row.split('|')[1]));
  t.same(
    numbers,
    numbers.map((_, i) => i + 1),
  );
  t.equal(numbers.length, 35);
});

t.test('each names a test that is there, and the file of every other it speaks of', async (t) => {
  for (const row of rows) {
    const [, number, , holds] = row.split('|');
    t.match(holds, /test\/[\w/.-]+\.ts "[^"]+"/, number);
    for (const [, file, , title] of row.matchAll(/(test\/[\w/.-]+\.ts)( "([^"]+)")?/g)) {
      t.ok(existsSync(file), file);
      if (title) t.ok(readFileSync(file, 'utf8').replaceAll('\\', '').includes(title), `${file}: ${title}`);
    }
  }
});
