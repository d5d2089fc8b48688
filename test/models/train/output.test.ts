// What training prints: for people, for programs, for terminals and for logs.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawnSync } from '../../processes.js';
import { isOneLine, mixgrad, readMetrics, runMixgrad, runProgram, tiniest, tiny } from '../programs.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);

t.test('--json prints the result as one object, and all else on stderr', (t) => {
  const out = folder('json');
  const { code, stdout, stderr } = runProgram('train', [...tiniest, '--json', '--out', out]);
  t.equal(code, 0);
  t.ok(isOneLine(stdout), stdout);
  const { accuracy, loss, seconds, ...rest } = JSON.parse(stdout);
  const evaluation = readMetrics(out).find((metric) => metric.kind === 'eval')!;
  t.strictSame({ accuracy, loss }, { accuracy: evaluation.accuracy, loss: evaluation.loss });
  t.ok(seconds > 0 && seconds < 600);
  const [report, weights, checkpoint] = ['report.html', 'weights.safetensors', 'checkpoint.safetensors'].map(
    (name) => join(out, name),
  );
  const files = { path: out, report, weights, checkpoint };
  t.strictSame(rest, { ended: 'finished', steps: 1, precise: null, ...files });
  for (const file of Object.values(files)) t.ok(existsSync(file), file);
  t.match(stderr, /^device: wasm.*\n(.*\n)*epoch 1 .*\n$/);
  t.end();
});

t.test('--json tells of a run that diverged as well', (t) => {
  // The only update spoils the weights, and the evaluation after it finds out.
  const { code, stdout, stderr } = runProgram('train', [
    ...tiniest,
    '--lr',
    '1e30',
    '--json',
    '--quiet',
    '--out',
    folder('diverged'),
  ]);
  t.equal(code, 1);
  t.match(JSON.parse(stdout), { ended: 'diverged', steps: 1, accuracy: null, loss: null });
  t.match(
    stderr,
    /^train: the test loss is (NaN|Infinity) after step 1; try a lower --lr\. What was done until then: /,
  );
  t.strictSame(
    readMetrics(folder('diverged')).map(({ kind }) => kind),
    ['train'],
  );
  t.end();
});

t.test('--quiet prints nothing, with --json the result only, and errors all the same', (t) => {
  const quiet = runProgram('train', [...tiniest, '--quiet', '--out', folder('quiet')]);
  t.strictSame(quiet, { code: 0, stdout: '', stderr: '' });
  t.ok(readdirSync(folder('quiet')).includes('report.html'));
  const both = runProgram('train', [...tiniest, '--quiet', '--json', '--out', folder('both')]);
  t.equal(both.stderr, '');
  t.equal(JSON.parse(both.stdout).path, folder('both'));
  const again = runProgram('train', [...tiniest, '--quiet', '--out', folder('both')]);
  t.equal(again.code, 2);
  t.match(again.stderr, /holds another run/);
  t.end();
});

t.test('a log has no control characters, and few lines for many messages', (t) => {
  const flags = [...tiny, '--components', '40', '--out', folder('log')];
  const { code, stdout, stderr } = runProgram('train', flags);
  t.equal(code, 0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  t.notMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f]/);
  t.match(stdout, /died and was re-seeded\n/);
  t.match(stdout, /… and \d+ more such messages\n/);
  t.ok(stdout.split('\n').length < 20, stdout);
  t.end();
});

const script = spawnSync('script', ['--version']).status === 0;
t.test(
  'a terminal has a bar, and gets its cursor back',
  { skip: !script && 'no script command here' },
  (t) => {
    const inTerminal = (columns: number, name: string, env: object = {}) => {
      const command = `stty cols ${columns}; '${process.execPath}' '${mixgrad}' train ${tiniest.join(' ')} --out '${folder(name)}'`;
      const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
        encoding: 'utf8',
        input: '',
        env: { ...process.env, TERM: 'xterm', ...env },
      });
      t.equal(status, 0, stdout);
      return stdout;
    };
    const wide = inTerminal(120, 'wide');
    t.match(wide, /=+ step 1\/1 {2}loss/);
    t.match(wide, '\x1b[?25h');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    t.notMatch(wide, /\x1b\[[\d;]*m/, 'no colours, whatever NO_COLOR says');
    const narrow = inTerminal(40, 'narrow');
    t.match(narrow, /step 1\/1 {2}loss/);
    t.notMatch(narrow, /= step/);
    t.notMatch(inTerminal(120, 'dumb', { TERM: 'dumb' }), '\x1b');
    t.end();
  },
);

t.test('--help beside other flags runs nothing', (t) => {
  const { code, stdout } = runMixgrad(['train', ...tiniest, '--out', folder('help'), '--help']);
  t.equal(code, 0);
  t.match(stdout, /^Usage: mixgrad train \[options\]/);
  t.notOk(existsSync(folder('help')));
  t.end();
});
