// The size check measures files and functions, and fails where one is too long.

import { fileURLToPath } from 'node:url';
import t from 'tap';
import { spawnSync } from '../processes.js';

const program = fileURLToPath(new URL('./sizes.js', import.meta.url));

function sizes(folder: string) {
  return spawnSync(process.execPath, [program, folder], { encoding: 'utf8' });
}

const statements = (count: number) => '  console.log();\n'.repeat(count);

t.test('files and functions within the limits pass', async (t) => {
  const folder = t.testdir({ 'a.ts': `export function f() {\n${statements(38)}}\n` });
  const { status, stdout } = sizes(folder);
  t.equal(status, 0);
  t.match(stdout, / 40 {2}f \(.*a\.ts:1\)\n/);
});

t.test('a function of 41 lines fails and is named, whether declared, assigned or a method', async (t) => {
  for (const source of [
    `function f() {\n${statements(39)}}\n`,
    `const f = () => {\n${statements(39)}};\n`,
    `class A {\n  f() {\n${statements(39)}}\n}\n`,
  ]) {
    const { status, stdout } = sizes(t.testdir({ 'a.ts': source }));
    t.equal(status, 1);
    t.match(stdout, / 41 {2}f \(.*a\.ts:\d\) {2}TOO LONG/);
  }
});

t.test('a file of 301 lines fails and is named', async (t) => {
  const { status, stdout } = sizes(t.testdir({ deep: { 'long.ts': statements(301) } }));
  t.equal(status, 1);
  t.match(stdout, / 301 {2}.*long\.ts {2}TOO LONG/);
});

t.test('a folder without sources fails', async (t) => {
  t.equal(sizes(t.testdir({})).status, 1);
});
