// Training where files or streams cannot be written: a full disk, a reader that has gone, a folder that cannot be.
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isOneLine, readMetrics, runInShell, runMixgrad, tiniest, trainUntil } from '../programs.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const files = [
  'checkpoint.safetensors',
  'config.json',
  'metrics.jsonl',
  'report.html',
  'weights.safetensors',
];
const epochs = '--device wasm --threads 1 --norm none --limit-train 4 --limit-test 4 --batch-size 4'.split(
  ' ',
);

t.test('a file that grows too large ends the run with one line and leaves whole files only', (t) => {
  const cases = [
    {
      blocks: 1000,
      steps: '1',
      named: /weights\.safetensors: cannot be written: file too large \(EFBIG\)/,
    },
    { blocks: 4, steps: '60', named: /metrics\.jsonl: cannot be written: file too large \(EFBIG\)/ },
  ];
  for (const { blocks, steps, named } of cases) {
    const out = folder(`limit ${blocks}`);
    const flags = [...epochs, '--eval-every', '100', '--steps', steps, '--out', out];
    const { code, stderr } = runInShell(`ulimit -f ${blocks}; NODE_OPTIONS= "$@"`, ['train', ...flags]);
    t.equal(code, 1);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, named);
    t.strictSame(readdirSync(out), ['config.json', 'metrics.jsonl']);
    t.ok(readMetrics(out).length > 0);
    t.match(readFileSync(join(out, 'metrics.jsonl'), 'utf8'), /\n$/, 'no part of a line');
  }
  t.end();
});

for (const stream of ['stdout', 'stderr'] as const) {
  t.test(`a reader of ${stream} that goes away does not end the run`, async (t) => {
    const out = folder(`gone ${stream}`);
    const flags = [...epochs, '--epochs', '3', '--out', out, ...(stream === 'stderr' ? ['--json'] : [])];
    const ended = await trainUntil(flags, 'device: ', (child) => child[stream].destroy());
    t.equal(ended.code, 0);
    t.notMatch(ended[stream], 'epoch 3', 'the reader was away before the end');
    t.equal(
      stream === 'stdout' ? ended.stderr : ended.stdout.match(/"steps":(\d+)/)?.[1],
      stream === 'stdout' ? '' : '3',
    );
    t.strictSame(readdirSync(out), files);
    t.equal(readMetrics(out).length, 6);
  });
}

t.test('streams that are closed from the start do not matter', (t) => {
  const out = folder('closed');
  t.equal(runInShell('"$@" <&- >&- 2>&-', ['train', ...tiniest, '--out', out]).code, 0);
  t.strictSame(readdirSync(out), files);
  t.end();
});

t.test(
  'a result that cannot be printed is an error',
  { skip: !existsSync('/dev/full') && 'no /dev/full here' },
  (t) => {
    const full = openSync('/dev/full', 'w');
    const out = folder('unprinted');
    const stdio = ['ignore' as const, full, 'pipe' as const];
    const { code, stderr } = runMixgrad(['train', ...tiniest, '--quiet', '--json', '--out', out], { stdio });
    closeSync(full);
    t.equal(code, 1);
    t.equal(stderr, 'train: stdout cannot be written: no space left on device (ENOSPC)\n');
    t.strictSame(readdirSync(out), files);
    t.end();
  },
);

t.test('a folder that cannot be made ends the program at once', (t) => {
  const { code, stdout, stderr } = runMixgrad(['train', ...tiniest, '--out', '/proc/x'], { timeout: 60_000 });
  t.equal(code, 2);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /^train: --out \/proc\/x: cannot be made: /);
  t.equal(stdout, '');
  t.end();
});
