// The course: every program is short and prints what its page says, every page has exercises with answers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawnSync } from '../processes.js';

const COURSE = 'docs/course';
const LINES = 80;
const chapters = readdirSync(COURSE).toSorted();

/** Times are of one machine. */
const timeless = (text: string) => text.replaceAll(/\d+\.\d ms/g, 'some ms');

for (const chapter of chapters) {
  const [page, program] = ['README.md', 'program.js'].map((name) => join(COURSE, chapter, name));
  t.test(`${chapter}: the program prints what its page says`, async (t) => {
    t.ok(readFileSync(program, 'utf8').split('\n').length - 1 <= LINES);
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    t.equal(stderr, '');
    t.equal(status, 0);
    const [, printed] = /^## What the program prints\n[^#]*?^```text\n(.*?)^```$/ms.exec(
      readFileSync(page, 'utf8'),
    )!;
    t.equal(timeless(stdout), timeless(printed));
  });

  t.test(`${chapter}: exercises have answers`, async (t) => {
    const [, exercises, answers] = readFileSync(page, 'utf8').split(/^## Exercises$|^<details>.*$/m);
    const count = (text: string) => text.match(/^\d+\. /gm)?.length;
    t.ok(count(exercises)! >= 3);
    t.equal(count(answers), count(exercises));
  });
}

t.test('the list has all chapters, under their own titles', async (t) => {
  const list = readFileSync('docs/course.md', 'utf8');
  const rows = Array.from(list.matchAll(/^\| \[(.*)\]\((.*)\) \|/gm), ([, title, path]) => ({ title, path }));
  t.strictSame(
    rows,
    chapters.map((chapter) => {
      const path = `course/${chapter}/README.md`;
      const [title] = readFileSync(join('docs', path), 'utf8').split('\n');
      return { title: title.slice(2), path };
    }),
  );
});
