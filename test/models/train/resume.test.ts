// Runs that are resumed: they go on exactly, or are refused and left as they are.
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { loadCheckpoint, saveCheckpoint } from '../../../lib/index.js';
import { trainCommand } from '../../../models/train/flags.js';
import { runTraining } from '../../../models/train/program.js';
import { isOneLine, runProgram, trainUntil } from '../programs.js';
import { contentOf, copyOf, interrupted, linesOf, positionOf, sameRun, small } from './resumed.js';

// Every folder that this process opens stays locked until it ends.
process.setMaxListeners(0);
const root = t.testdir({});
const folder = (name: string) => join(root, name);
const train = (...args: string[]) => runProgram('train', args);
const ends = ['--steps', '12', '--eval-every-steps', '3'];
const flags = [...small, ...ends, '--threads', '1'];

/** A run that came to its end, and one that was interrupted on the way. */
const whole = folder('whole');
const part = folder('part');
const [ended, stopped] = [train(...flags, '--out', whole), await interrupted([...flags, '--out', part])];

t.test('a run that Ctrl-C ended goes on exactly, on any number of threads', async (t) => {
  t.equal(ended.code, 0, ended.stderr);
  t.equal(stopped.code, 130, stopped.stderr);
  const position = await positionOf(part);
  t.ok(Number(position.step) >= 3 && Number(position.step) < 12, `${position.step} steps`);
  const resumed = copyOf(part, folder('resumed'));
  const { code, stdout, stderr } = train('--resume', resumed, '--threads', '2', '--save-every', '5');
  t.equal(code, 0, stderr);
  t.match(stdout, `12 steps of 1 images, resumed after step ${position.step} in ${resumed}\n`);
  t.equal(
    readFileSync(join(resumed, 'config.json'), 'utf8'),
    readFileSync(join(part, 'config.json'), 'utf8'),
  );
  const report = readFileSync(join(resumed, 'report.html'), 'utf8').replace('<dd>5', '<dd>–');
  writeFileSync(join(resumed, 'report.html'), report);
  sameRun(t, resumed, whole);
});

t.test('one that was interrupted while it was evaluated is evaluated first', async (t) => {
  const out = folder('evaluation');
  const more = ['--steps', '3', '--limit-test', '130', '--out', out];
  const { code } = await trainUntil([...flags, ...more], 'device', async (child) => {
    // The third line of metrics is there before the evaluation begins, which takes a second.
    while (!linesOf(out).includes('"step":3')) await setTimeout(10);
    child.kill('SIGINT');
  });
  t.equal(code, 130);
  t.equal((await positionOf(out)).step, 3);
  t.equal(train('--resume', out).code, 0);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  t.strictSame(
    lines.map((line) => JSON.parse(line).kind),
    ['train', 'train', 'layers', 'train', 'layers', 'eval', 'eval', 'pictures'],
  );
});

t.test('lines after the checkpoint are cut off, torn ones and whole ones', (t) => {
  const torn = copyOf(part, folder('torn'));
  appendFileSync(join(torn, 'metrics.jsonl'), '{"kind":"train","step":999}\n{"kind":"tr');
  for (const name of ['checkpoint', 'weights'])
    writeFileSync(join(torn, `${name}.safetensors.tmp`), 'what a kill left');
  t.equal(train('--resume', torn, '--quiet').code, 0);
  sameRun(t, torn, whole);
  t.end();
});

t.test('a run that was killed before its first checkpoint begins again', (t) => {
  const early = copyOf(part, folder('early'));
  rmSync(join(early, 'checkpoint.safetensors'));
  const { code, stdout } = train('--resume', early);
  t.equal(code, 0);
  t.match(stdout, 'resumed after step 0 in');
  sameRun(t, early, whole);
  t.end();
});

t.test('a run that is finished says so, and no file is touched', (t) => {
  const before = contentOf(whole);
  const times = Object.keys(before).map((name) => statSync(join(whole, name)).mtimeMs);
  const { code, stdout } = train('--resume', whole);
  t.equal(code, 0);
  t.match(
    stdout,
    /whole: this run has come to its end, nothing is left to do\ntest accuracy: .*\nreport: .*\n$/,
  );
  const json = JSON.parse(train('--resume', whole, '--json', '--quiet').stdout);
  t.match(json, { ended: 'finished', steps: 12, path: whole, accuracy: Number });
  t.strictSame(contentOf(whole), before);
  t.strictSame(
    Object.keys(before).map((name) => statSync(join(whole, name)).mtimeMs),
    times,
  );
  const bare = join(root, 'bare');
  cpSync(whole, bare, { recursive: true });
  rmSync(join(bare, 'report.html'));
  t.match(train('--resume', bare).stdout, /\ntest accuracy: .*\n$/, 'a report that is gone is not named');
  t.end();
});

/** Resumes in this process; throws what ends the program. */
function resume(path: string, ...args: string[]): Promise<void> {
  const command = trainCommand().parse(['--resume', path, ...args], { from: 'user' });
  return runTraining(command, { quiet: true, say() {}, result() {} });
}

t.test('flags may repeat settings and not contradict them', async (t) => {
  const before = contentOf(part);
  const wrong: [args: string, message: RegExp][] = [
    ['--lr 0.5', /--lr 0\.5: the run in .*part has 0\.02; a run that is resumed keeps its settings$/],
    ['--steps 24', /--steps 24: the run in .* has 12/],
    ['--epochs 3', /--epochs 3: the run in .* has 10/],
    ['--no-augment', /--no-augment: the run in .* has true/],
    ['--width 8', /--width 8: the run in .* has none/],
    ['--norm bn', /--norm bn: the run in .* has mn/],
    ['--norm-at conv3', /--norm-at conv3: the run in .* has conv4/],
    ['--limit-test 3', /--limit-test 3: the run in .* has 2/],
    ['--device reference', /--device reference: the run in .* has wasm/],
    ['--eval-every-steps 4', /--eval-every-steps 4: the run in .* has 3/],
    ['--seed 2', /--seed 2: the run in .* has 1/],
  ];
  for (const [args, message] of wrong)
    await t.rejects(resume(part, ...args.split(' ')), { name: 'UsageError', message, exitCode: 2 }, args);
  t.strictSame(contentOf(part), before);
  await t.resolves(resume(whole, ...flags, '--augment', '--lr', '2e-2', '--seed', '1', '--threads', '2'));
});

t.test('what is no run, or another one, is refused in one sentence and left as it is', async (t) => {
  const position = await positionOf(part);
  const checkpoint = (values: object) => saveCheckpoint({}, { ...position, ...values });
  const bytes = readFileSync(join(part, 'checkpoint.safetensors'));
  const flipped = Uint8Array.from(bytes);
  flipped[flipped.length - 1000] ^= 1;
  const config = JSON.parse(readFileSync(join(part, 'config.json'), 'utf8'));
  const edited = (changes: object) => JSON.stringify({ ...config, ...changes });
  const settings = { ...(position.settings as object), norm: 'bn', normAt: null };
  const metrics = readFileSync(join(part, 'metrics.jsonl'), 'utf8');
  const [C, M, J] = ['checkpoint.safetensors', 'metrics.jsonl', 'config.json'];
  const wrong: [file: string, content: string | Uint8Array, message: RegExp][] = [
    [C, bytes.subarray(0, 5000), /checkpoint\.safetensors cannot be taken over: safetensors: damaged: /],
    [
      C,
      flipped,
      /checkpoint\.safetensors cannot be taken over: loadCheckpoint: the file is damaged: its checksum/,
    ],
    [C, readFileSync(join(part, 'weights.safetensors')), /the file is no checkpoint/],
    [C, await checkpoint({ version: '0.0.9' }), /was saved by mixgrad 0\.0\.9, this is \d+\.\d+\.\d+/],
    [C, await checkpoint({ settings }), /is of a run with norm "bn", config\.json of one with "mn"/],
    [C, await checkpoint({ data: 'other' }), /other images, labels or another order than synthetic gives/],
    [
      C,
      await checkpoint({}),
      /cannot be taken over: loadCheckpoint: the file has nothing, expected model, optim/,
    ],
    [C, await checkpoint({ step: 2 }), /is of step 2, metrics\.jsonl has step \d+ there/],
    [M, metrics.slice(0, 100), /metrics\.jsonl has 100 bytes, the checkpoint knows of \d+$/],
    [M, metrics.replace('{', '['), /metrics\.jsonl has a line that is not JSON/],
    [J, '{"norm":', /config\.json is not the JSON that a run writes/],
    [J, edited({ lr: 0.3 }), /is of a run with lr 0\.02, config\.json of one with 0\.3/],
    [J, edited({ batchSize: 'many' }), /config\.json has "many" for batchSize/],
    [J, edited({ augment: 'yes' }), /config\.json has "yes" for augment/],
    [J, edited({ lr: null }), /config\.json has null for lr/],
    [J, edited({ seed: undefined }), /config\.json lacks seed/],
  ];
  for (const [i, [file, content, message]] of wrong.entries()) {
    const copy = copyOf(part, folder(`wrong ${i}`));
    writeFileSync(join(copy, file), content);
    const before = contentOf(copy);
    await t.rejects(resume(copy), { name: 'UsageError', message, exitCode: 2 }, `${file} ${message}`);
    t.strictSame(contentOf(copy), before, `${file} ${message}`);
  }
  mkdirSync(folder('empty'));
  await t.rejects(resume(folder('empty')), { message: /empty: holds no run: it has no config\.json$/ });
  await t.rejects(resume(folder('nowhere')), { message: /nowhere: no such folder$/ });
  await t.rejects(resume(join(part, 'config.json')), { message: /is a file, expected the folder of a run$/ });
});

t.test('the checkpoint of another network does not fit, and changes nothing', async (t) => {
  const copy = copyOf(part, folder('network'));
  const bytes = readFileSync(join(copy, 'checkpoint.safetensors'));
  const { Linear, SGD, StepLR, defaultRandom } = await import('../../../lib/index.js');
  const model = new Linear(2, 1);
  const optimizer = new SGD(model.parameters());
  const parts = {
    model,
    optimizer,
    scheduler: new StepLR(optimizer, { stepSize: 1 }),
    random: defaultRandom(),
  };
  const other = await saveCheckpoint(parts, await loadCheckpoint(bytes, {}));
  writeFileSync(join(copy, 'checkpoint.safetensors'), other);
  const before = contentOf(copy);
  const { code, stderr, stdout } = train('--resume', copy);
  t.equal(code, 2);
  t.ok(isOneLine(stderr), stderr);
  t.match(
    stderr,
    /cannot be taken over: loadStateDict: missing keys: conv1\.weight.*; unexpected keys: weight, bias/,
  );
  t.equal(stdout, '');
  t.strictSame(contentOf(copy), before);
});

t.test('a folder that another process writes is refused', async (t) => {
  const copy = copyOf(part, folder('locked'));
  writeFileSync(join(copy, `lock-${hostname()}-${process.pid}`), '');
  const before = contentOf(copy);
  const { code, stderr } = train('--resume', copy);
  t.equal(code, 2);
  t.match(
    stderr,
    new RegExp(`^train: --resume .*locked: process ${process.pid} is writing into this folder; .*\n$`),
  );
  t.strictSame(contentOf(copy), before);
});
