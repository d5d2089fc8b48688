// How the training program ends where it does not reach its last step.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { loadSafetensors } from '../../../lib/index.js';
import { type ChildProcess, spawnSync } from '../../processes.js';
import { isOneLine, readMetrics, runMixgrad, runProgram, tiniest, tiny, trainUntil } from '../programs.js';

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
    [['--unknown'], /--unknown/],
    [['--norm-at', 'conv7'], /--norm-at has 'conv7'/],
    [[...tiny, '--components', '65'], /--components 65: a batch has 64 pixels at conv4/],
    [[...tiny, '--batch-size', '17'], /--batch-size 17: there are 16 training images/],
    [['--threads', '2', '--device', 'reference'], /--threads 2: device reference runs on 1/],
    [
      ['--conv', 'direct', '--device', 'reference'],
      /--conv direct: only for device wasm, this one is reference/,
    ],
    [['--threads', '1000', '--device', 'wasm'], /threads is 1000/],
    [['--data', folder('nowhere')], /nowhere: no such folder/],
    [['--data', folder('empty')], /has no data_batch_1\.bin, .*found nothing/],
    [['--data', folder('damaged')], /data_batch_4\.bin: 3074 bytes/],
    [['--dataset', 'cifar100'], /--dataset cifar100: --data DIR names its folder/],
    [['--data', folder('file')], /file: is no folder; expected the folder of CIFAR-10's binary version/],
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
  t.ok(readMetrics(out).every((metric) => metric.kind !== 'train' || Number.isFinite(metric.loss)));
  t.ok(existsSync(join(out, 'report.html')));
  t.end();
});

const endless =
  '--device wasm --threads 1 --norm none --limit-train 8 --limit-test 4 --batch-size 4 --epochs 1000'.split(
    ' ',
  );

for (const [signal, expected] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  t.test(`${signal} ends the run with code ${expected} and a folder in order`, async (t) => {
    const out = folder(signal);
    const stop = (child: ChildProcess) => child.kill(signal as NodeJS.Signals);
    const { code, stdout, stderr } = await trainUntil([...endless, '--json', '--out', out], 'epoch 2 ', stop);
    t.equal(code, expected);
    t.match(stderr, /\ntrain: interrupted after step \d+ of 2000; the report so far: .*\n$/);
    t.match(JSON.parse(stdout), { ended: 'interrupted', path: out, accuracy: Number });
    const metrics = readMetrics(out);
    t.match(stderr, `after step ${metrics.at(-1)?.step} `);
    t.match(readFileSync(join(out, 'report.html'), 'utf8'), /<\/html>\n$/);
    for (const name of ['checkpoint', 'weights'])
      loadSafetensors(readFileSync(join(out, `${name}.safetensors`)));
    t.notOk(readdirSync(out).some((name) => /\.tmp$|^lock/.test(name)));
  });
}

t.test('a second signal ends the run at once, without a report', async (t) => {
  const out = folder('twice');
  const stop = (child: ChildProcess) => {
    child.kill('SIGTERM');
    child.kill('SIGINT');
  };
  const { code, stderr } = await trainUntil([...endless, '--out', out], 'epoch 2 ', stop);
  t.ok(code === 130 || code === 143, `${code}`);
  t.equal(stderr, '');
  t.notOk(existsSync(join(out, 'report.html')));
});

t.test('a run whose folder is removed ends with code 1 and one line', async (t) => {
  const out = folder('removed');
  // Where it stands no longer; removing it file by file would race with what is written.
  const remove = () => renameSync(out, folder('away'));
  const { code, stderr } = await trainUntil([...endless, '--out', out], 'epoch 2 ', remove);
  t.equal(code, 1);
  t.ok(isOneLine(stderr), stderr);
  t.match(stderr, /^train: .*removed.*: cannot be written: no such file or directory \(ENOENT\)/);
});

t.test('any other error is one line as well, and its stack is for those who ask', (t) => {
  // A listener for signals is made once the folder is there.
  const thrown = "throw new TypeError('odd')";
  const mistakes = { caught: thrown, uncaught: `setImmediate(() => { ${thrown}; })` };
  for (const [name, mistake] of Object.entries(mistakes)) {
    const broken = `globalThis.AbortController = class extends AbortController { constructor() { super(); ${mistake}; } }`;
    const preload = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(broken)}` };
    const run = (out: string, env: object) =>
      runMixgrad(['train', ...tiniest, '--quiet', '--out', folder(`${name} ${out}`)], {
        env: { ...process.env, ...env, ...preload },
      });
    const { code, stderr } = run('plain', {});
    t.equal(code, 1);
    t.equal(stderr, 'train: unexpected error: TypeError: odd; MIXGRAD_DEBUG=1 adds where it happened\n');
    if (name === 'caught')
      t.match(run('debug', { MIXGRAD_DEBUG: '1' }).stderr, /odd;.*\n(.*\n)?TypeError: odd\n +at /);
  }
  t.end();
});

t.test('an error of the framework on the way ends with code 1 and keeps what was done', (t) => {
  const library = new URL('../../../lib/index.js', import.meta.url).href;
  writeFileSync(
    folder('preload.mjs'),
    `import { DeviceError, SGD } from '${library}';
    const { step } = SGD.prototype;
    let steps = 0;
    SGD.prototype.step = function () {
      if (++steps === 2) throw new DeviceError('wasm: no room');
      return step.call(this);
    };`,
  );
  const out = folder('failed');
  const { code, stdout, stderr } = runMixgrad(
    ['train', ...tiniest, '--steps', '3', '--json', '--quiet', '--out', out],
    {
      env: { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(folder('preload.mjs'))}` },
    },
  );
  t.equal(code, 1);
  t.equal(stderr, `train: wasm: no room. What was done until then: ${out}\n`);
  t.match(JSON.parse(stdout), { ended: 'failed', steps: 1, accuracy: null });
  t.ok(existsSync(join(out, 'report.html')));
  loadSafetensors(readFileSync(join(out, 'weights.safetensors')));
  t.notOk(existsSync(join(out, 'checkpoint.safetensors')), 'it stopped within a step');
  t.end();
});

t.test('more images than memory holds are refused in one line', (t) => {
  for (const n of ['999999999999', '9007199254740991']) {
    const { code, stderr } = train('--limit-train', n, '--out', folder('vast'));
    t.equal(code, 1);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, /^train: not enough memory for what the flags ask for/);
  }
  t.notOk(existsSync(folder('vast')));
  t.end();
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
