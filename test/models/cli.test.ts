// The command line: its commands, and what leads to them.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { spawnSync } from '../processes.js';
import { type Ended, isOneLine, mixgrad, runMixgrad } from './programs.js';

const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'));

function run(file: string, ...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

t.test('package.json names the command line, which says what interprets it', (t) => {
  t.equal(run(bin.mixgrad, '--version').stdout, `${version}\n`);
  t.match(readFileSync(bin.mixgrad, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  t.end();
});

t.test('every way to a program is the same program', (t) => {
  const ways = {
    train: ['models/train.js', [mixgrad, 'train']],
    bench: ['dist/models/bench.js', [mixgrad, 'bench']],
  } as const;
  for (const [file, [through, command]] of Object.values(ways)) {
    for (const args of [['--help'], ['--threads', '0']]) {
      const direct = run(file, ...args);
      t.strictSame(direct, run(through, command, ...args), `${file} ${args}`);
      t.equal(direct.code, args[0] === '--help' ? 0 : 2);
    }
  }
  t.end();
});

t.test('without a command the help is printed on stderr, and that is wrong usage', (t) => {
  const { code, stdout, stderr } = runMixgrad([]);
  t.equal(code, 2);
  t.equal(stdout, '');
  t.match(
    stderr,
    /^Usage: mixgrad \[options\] \[command\]\n(.*\n)* +train \[options\](.*\n)* +bench \[options\]/,
  );
  const help = runMixgrad(['--help']);
  t.strictSame(help, { code: 0, stdout: stderr, stderr: '' });
  t.end();
});

t.test('what is misspelled is answered by what was meant', (t) => {
  const cases: [args: string[], answer: string][] = [
    [['tarin'], "mixgrad: unknown command 'tarin' (Did you mean train?)"],
    [['benhc', '--json'], "mixgrad: unknown command 'benhc' (Did you mean bench?)"],
    [['--verion'], "mixgrad: unknown option '--verion' (Did you mean --version?)"],
    [['train', '--epoch', '3'], "train: unknown option '--epoch' (Did you mean --epochs?)"],
    [['bench', '--stesp', '3'], "bench: unknown option '--stesp' (Did you mean --steps?)"],
  ];
  for (const [args, answer] of cases)
    t.strictSame(runMixgrad(args), { code: 2, stdout: '', stderr: `${answer}\n` });
  const { code, stderr } = runMixgrad(['bench', '--build', 'plian']);
  t.equal(code, 2);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /--build.*\(Did you mean plain\?\)/);
  t.end();
});
