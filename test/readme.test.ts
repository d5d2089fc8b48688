// The README and docs/: every program that is followed by its output prints exactly that, and every link leads somewhere.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';

const pages = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter((path) =>
  path.endsWith('.md'),
);

interface Example {
  program: string;
  printed: string;
}

/** The ```js blocks of a page that a ```text block follows, with nothing between them. */
function examples(page: string): Example[] {
  const found = readFileSync(page, 'utf8').matchAll(/^```js\n([\s\S]*?)^```\n+^```text\n([\s\S]*?)^```$/gm);
  return Array.from(found, ([, program, printed]) => ({ program, printed }));
}

/** What a program prints that is run in the package's own folder, where `mixgrad` means this package. */
function run(program: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module'], { input: program, encoding: 'utf8' });
}

t.test('the README opens with a program of at most 20 lines and what it prints', async (t) => {
  const [first] = examples('README.md');
  t.ok(first, 'there is one');
  const opening = readFileSync('README.md', 'utf8').slice(0, 400);
  t.match(opening, '```js');
  t.ok(first.program.split('\n').length <= 20);
});

for (const page of pages) {
  examples(page).forEach(({ program, printed }, i) => {
    t.test(`${page}: program ${i + 1} prints what the page says`, async (t) => {
      const { status, stdout, stderr } = run(program);
      t.equal(stdout, printed);
      t.equal(stderr, '');
      t.equal(status, 0);
    });
  });

  t.test(`${page}: every link to a file leads to one`, async (t) => {
    const links = readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g);
    for (const [, target] of links) t.ok(existsSync(join(dirname(page), target)), target);
    t.pass('no others');
  });
}
