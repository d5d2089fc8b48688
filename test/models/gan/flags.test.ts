// Flags of the GAN program that cannot be, and what ends a run early.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isOneLine, runInShell, runMixgrad, runProgram } from '../programs.js';
import { measured, small, writeClassifier } from './small.js';

const root = t.testdir({});
const features = await writeClassifier(join(root, 'features'));
const gan = (...args: string[]) => runProgram('gan', args);

t.test('help says what it is for', async (t) => {
  const { code, stdout } = gan('--help');
  t.equal(code, 0);
  t.match(stdout, /^Usage: mixgrad gan \[options\]\n\nTrains a DCGAN of 32×32 images/);
  t.match(stdout.replaceAll(/\s+/g, ' '), 'deconv1, deconv2, deconv3 of the generator');
  t.match(runMixgrad(['--help']).stdout, /gan \[options\] +Trains a DCGAN/);
});

const sized = [...small, ...measured(features, 5)];
const wrong: [string[], string][] = [
  [['--widht', '4'], "unknown option '--widht' (Did you mean --width?)"],
  [['--norm-at', 'conv3'], "--norm-at has 'conv3', expected some of deconv1, deconv2, deconv3"],
  [['--norm', 'bn', '--iterations', '2'], '--iterations: only for --norm mn, this one is bn'],
  [['--norm', 'ghost'], '--virtual-batch-size 8: expected a divisor of --batch-size 4'],
  [['--distance-every', '5'], '--distance-every: only with --features'],
  [['--features', join(root, 'none')], `--features ${join(root, 'none')}: no such folder`],
  [['--batch-size', '41', '--limit-train', '40'], '--batch-size 41: there are 40 training images'],
  [[...sized, '--distance-samples', '17'], '--distance-samples 17: there are 40 training and 16 test images'],
  [
    [...sized, '--distance-samples', '8'],
    '--distance-samples 8: expected more than 8, for so many features the network of --features has',
  ],
  [
    [...sized, '--limit-test', '8'],
    `--features ${features}: its network has 8 features, for which more images are needed than there are: 8 of a set`,
  ],
];

t.test('wrong flags: one line, nothing written', async (t) => {
  for (const [flags, message] of wrong) {
    const given = flags.includes('ghost') ? ['--batch-size', '4', ...flags] : flags;
    const out = join(root, 'none');
    const { code, stderr } = gan('--device', 'wasm', '--threads', '1', '--out', out, ...given);
    t.equal(code, 2, message);
    t.ok(stderr.startsWith(`gan: ${message}`), stderr);
    t.ok(isOneLine(stderr), stderr);
    t.notOk(existsSync(out));
  }
});

t.test('a classifier of other images', async (t) => {
  const folder = join(root, 'images');
  for (const path of ['', 'train', 'train/a', 'test', 'test/a']) mkdirSync(join(folder, path));
  const { code, stderr } = gan('--data', folder, '--features', features, '--out', join(root, 'other'));
  t.equal(code, 2);
  t.ok(isOneLine(stderr), stderr);
});

t.test('a loss that is no number ends the run, and what was done is kept', async (t) => {
  const out = join(root, 'diverged');
  const { code, stderr, stdout } = gan(...small, '--lr', '1e30', '--steps', '20', '--json', '--out', out);
  t.equal(code, 1);
  t.match(
    stderr,
    /gan: the loss of the (discriminator|generator) is (NaN|Infinity) at step \d+; try a lower --lr\. What/,
  );
  t.equal(JSON.parse(stdout).ended, 'diverged');
  t.equal(JSON.parse(stdout).steps, 0);
  t.ok(existsSync(join(out, 'report.html')));
});

t.test('a full disk', async (t) => {
  const out = join(root, 'full');
  const args = ['gan', ...small, '--threads', '1', '--steps', '3', '--sample-every', '1', '--out', out];
  const { code, stderr } = runInShell('ulimit -f 60; NODE_OPTIONS= "$@"', args);
  t.equal(code, 1);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /\.(png|safetensors): cannot be written: file too large \(EFBIG\)/);
});

t.test('a damaged config.json', async (t) => {
  const folder = join(root, 'damaged');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), '{"norm":"bn"}');
  const { code, stderr } = gan('--resume', folder);
  t.equal(code, 2);
  t.match(stderr, `gan: --resume ${folder}: config.json lacks `);
});
