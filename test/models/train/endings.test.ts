// How the training program ends where it does not reach its last step.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSafetensors } from '../../../lib/index.js';
import { interruptTraining, isOneLine, readMetrics, runProgram, tiny } from '../programs.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const train = (...args: string[]) => runProgram('train', args);

t.test('what the user can mend ends with code 2 and one line that names it', (t) => {
  writeFileSync(folder('file'), '');
  mkdirSync(folder('empty'));
  mkdirSync(folder('used'));
  writeFileSync(join(folder('used'), 'notes.txt'), 'mine');
  mkdirSync(folder('damaged'));
  for (const n of [1, 2, 3, 4, 5]) {
    writeFileSync(join(folder('damaged'), `data_batch_${n}.bin`), new Uint8Array(3073 + Number(n === 4)));
  }
  const wrong: [args: string[], named: RegExp][] = [
    [['--epochs', 'x'], /--epochs/],
    [['--unknown'], /--unknown/],
    [['--norm', 'gn'], /'gn' is not offered yet/],
    [['--norm-at', 'conv7'], /conv7/],
    [['--threads', '2', '--device', 'reference'], /--threads 2: device reference runs on 1/],
    [
      ['--conv', 'direct', '--device', 'reference'],
      /--conv direct: only for device wasm, this one is reference/,
    ],
    [['--threads', '1000', '--device', 'wasm'], /threads is 1000/],
    [['--data', folder('nowhere')], /nowhere: no such folder/],
    [['--data', folder('empty')], /data_batch_1\.bin: no such file/],
    [['--data', folder('damaged')], /data_batch_4\.bin: 3074 bytes/],
    [['--dataset', 'cifar100'], /--dataset cifar100 needs its files/],
    [[...tiny, '--out', join(folder('file'), 'run')], /file.run: cannot be written \(ENOTDIR\)/],
    [[...tiny, '--out', folder('used')], /used: is not empty/],
  ];
  for (const [args, named] of wrong) {
    const { code, stdout, stderr } = train(...args);
    t.equal(code, 2, args.join(' '));
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, named);
    t.equal(stdout, '');
  }
  t.strictSame(readdirSync(folder('used')), ['notes.txt']);
  t.notOk(existsSync(join(root, 'runs')));
  t.end();
});

t.test('a loss that is no number ends the run with code 1 and keeps what was done', (t) => {
  const out = folder('diverged');
  const { code, stderr } = train(...tiny, '--steps', '40', '--norm', 'none', '--lr', '1e9', '--out', out);
  t.equal(code, 1);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /the loss is (NaN|Infinity) at step \d+.*--lr/);
  t.ok(readMetrics(out).every(({ loss }) => Number.isFinite(loss)));
  t.ok(existsSync(join(out, 'report.html')));
  t.end();
});

t.test('Ctrl-C ends the run with code 130 and a folder in order', async (t) => {
  const out = folder('interrupted');
  const flags = '--device wasm --limit-train 8 --limit-test 4 --batch-size 4 --epochs 1000 --no-augment';
  const { code, stderr } = await interruptTraining([...flags.split(' '), '--out', out], 'epoch 2 ');
  t.equal(code, 130);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /interrupted after step \d+ of 2000/);
  const metrics = readMetrics(out);
  t.match(stderr, `after step ${metrics.at(-1)?.step} `);
  t.match(readFileSync(join(out, 'report.html'), 'utf8'), /<\/html>\n$/);
  loadSafetensors(readFileSync(join(out, 'checkpoint.safetensors')));
});

t.test('the launcher says how to build the program where it is missing', (t) => {
  const copy = t.testdir({ models: { 'train.js': readFileSync('models/train.js', 'utf8') } });
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'models', 'train.js')], {
    encoding: 'utf8',
  });
  t.equal(status, 2);
  t.equal(stderr, 'train: the program is not built yet; run: npm run build\n');
  t.end();
});
