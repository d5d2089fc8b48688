// The run folder: where it can be made, and that a file of it is whole or not there.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { RunFolder } from '../../../models/run/run-folder.js';

const root = t.testdir({ file: 'mine', used: { 'notes.txt': 'mine' }, old: { 'metrics.jsonl': '' } });
const within = (...names: string[]) => join(root, ...names);
const metric = { kind: 'layers' as const, step: 1, epoch: 1, layers: {} };

t.test('a folder that cannot be made is refused with the reason, and nothing is made', (t) => {
  symlinkSync(within('nowhere'), within('link'));
  const long = 'x'.repeat(300);
  const wrong: [path: string, message: RegExp][] = [
    [within('file'), /file: is a file, expected a folder$/],
    [within('file', 'a', 'b'), /b: .*file is a file, expected a folder$/],
    [within('link'), /link is a link to something that is not there$/],
    [within('link', 'a'), /link is a link to something that is not there$/],
    [within('a', 'b', long), /cannot be made: name too long \(ENAMETOOLONG\)$/],
    [within('used'), /used: is not empty; give a new folder/],
    [within('old'), /old: holds another run; give a new folder/],
  ];
  const before = readdirSync(root);
  for (const [path, message] of wrong)
    t.throws(
      () => RunFolder.create(path, ''),
      { name: 'UsageError', message, exitCode: 2 },
      path.slice(0, 200),
    );
  t.strictSame(readdirSync(root), before);
  t.end();
});

const noProc = !existsSync('/proc/self') && 'there is no /proc here';
t.test('below /proc, where nothing can be made, the attempt ends', { skip: noProc }, (t) => {
  for (const path of ['/proc/x', '/proc/x/y/z', '/proc/self/x'])
    t.throws(() => RunFolder.create(path, ''), { name: 'UsageError', message: /: cannot be made: / });
  t.end();
});

const asRoot = process.getuid?.() === 0 && 'root may write everywhere';
t.test('a folder that may not be written is refused', { skip: asRoot }, (t) => {
  mkdirSync(within('locked'), { mode: 0o555 });
  t.throws(() => RunFolder.create(within('locked'), ''), {
    message: /cannot be written: permission denied \(EACCES\)$/,
  });
  t.throws(() => RunFolder.create(within('locked', 'a'), ''), {
    message: /cannot be made: permission denied \(EACCES\)$/,
  });
  t.strictSame(readdirSync(within('locked')), []);
  t.end();
});

t.test('a folder is made with those above it, or taken where it is empty', (t) => {
  t.equal(RunFolder.create(within('new', 'deep', 'run'), '').path, within('new', 'deep', 'run'));
  mkdirSync(within('empty'));
  symlinkSync(within('empty'), within('good link'));
  RunFolder.create(within('good link'), '').record(metric);
  t.strictSame(readdirSync(within('empty')), [`lock-${hostname()}-${process.pid}`, 'metrics.jsonl']);
  t.end();
});

t.test('a file that cannot be written leaves the one before it as it was', (t) => {
  const folder = RunFolder.create(within('files'), '');
  const path = folder.write('config.json', 'first');
  t.equal(folder.write('config.json', 'second'), path);
  mkdirSync(`${path}.tmp`);
  const message = `${path}: cannot be written: illegal operation on a directory (EISDIR)`;
  t.throws(() => folder.write('config.json', 'third'), { name: 'FileError', message, exitCode: 1 });
  t.equal(readFileSync(path, 'utf8'), 'second');
  t.end();
});

t.test('what stands in the way of a line is named', (t) => {
  const folder = RunFolder.create(within('lines'), '');
  folder.record(metric);
  t.equal(readFileSync(join(folder.path, 'metrics.jsonl'), 'utf8'), `${JSON.stringify(metric)}\n`);
  writeFileSync(within('blocked'), '');
  Object.assign(folder, { path: within('blocked') });
  t.throws(() => folder.record(metric), {
    name: 'FileError',
    message: /blocked.metrics\.jsonl: cannot be written: not a directory/,
  });
  t.end();
});
