// The README and docs/: every program that is followed by its output prints exactly that, and every link leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import GithubSlugger from 'github-slugger';
import t from 'tap';
import { examplesIn, run } from './programs.js';

const chapters = readdirSync('docs/course').map((name) => `docs/course/${name}/README.md`);
const pages = ['README.md', ...chapters, ...readdirSync('docs').map((name) => join('docs', name))].filter(
  (path) => path.endsWith('.md'),
);

t.test('the README opens with a program of at most 20 lines and what it prints', async (t) => {
  const [first] = examplesIn(readFileSync('README.md', 'utf8'));
  t.ok(first, 'there is one');
  const opening = readFileSync('README.md', 'utf8').slice(0, 400);
  t.match(opening, '```js');
  t.ok(first.program.split('\n').length <= 20);
});

for (const page of pages) {
  examplesIn(readFileSync(page, 'utf8')).forEach(({ program, printed }, i) => {
    t.test(`${page}: program ${i + 1} prints what the page says`, async (t) => {
      const { status, stdout, stderr } = run(program);
      t.equal(stdout, printed);
      t.equal(stderr, '');
      t.equal(status, 0);
    });
  });

  t.test(`${page}: every link leads to a file, and to a heading in it`, async (t) => {
    const links = readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g);
    for (const [, target, heading] of links) {
      const path = target === '' ? page : join(dirname(page), target);
      t.ok(existsSync(path), target);
      if (heading && existsSync(path)) t.ok(headingsOf(path).includes(heading), `${target}#${heading}`);
    }
    t.pass('no others');
  });
}

/** The names by which links know the headings of a page. */
function headingsOf(path: string): string[] {
  const slugger = new GithubSlugger();
  const text = readFileSync(path, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) => slugger.slug(heading.replaceAll('`', '')));
}
