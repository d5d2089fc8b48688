// mixgrad export: what it writes, read by readers that share nothing with it, and how it refuses.
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRandom, loadSafetensors, MixgradError, type Shape, tensor } from '../../../lib/index.js';
import { fieldsOf } from '../../../models/export/fields.js';
import type { Format } from '../../../models/export/flags.js';
import { runExport } from '../../../models/export/program.js';
import { crc32c } from '../../../models/export/tensorboard.js';
import { makeModel } from '../../../models/networks/index.js';
import { normNames } from '../../../models/networks/norms.js';
import { UsageError } from '../../../models/run/errors.js';
import { distance, open, ran } from '../../io/onnx/runtime.js';
import { pythonWith, runPython } from '../../python.js';
import { normal } from '../../values.js';
import { isOneLine, readMetrics, runInShell, runMixgrad, tiny } from '../programs.js';
import { readEvents, recordsIn } from './events.js';

const root = t.testdir({});
const run = join(root, 'run');
const EVENTS = 'events.out.tfevents.mixgrad';
const watched = ['--watch-every', '2', '--descent-every', '3'];
const trained = runMixgrad([
  'train',
  ...tiny,
  '--steps',
  '3',
  '--norm',
  'bn',
  ...watched,
  '--quiet',
  '--out',
  run,
]);
/** What is said of the line that is not. */
const pictures = (folder: string) =>
  `${folder}: lines that hold no single numbers were left out: 1 of pictures\n`;
/** The lines that are exported: all but pictures. */
const numbers = readMetrics(run).filter(({ kind }) => kind !== 'pictures');
const exported = (to: string, folder = run, ...more: string[]) =>
  runMixgrad(['export', folder, '--to', to, ...more]);

/** What an export of the folder is refused with. */
const refusal = (folder: string, to: Format): Promise<Error | undefined> =>
  runExport(folder, { to, quiet: true }).then(
    () => undefined,
    (error: Error) => error,
  );

/** A copy of the run's folder. */
function copy(name: string): string {
  const folder = join(root, name);
  cpSync(run, folder, { recursive: true });
  return folder;
}

t.test('the checksum is CRC-32C', async (t) => {
  t.equal(trained.code, 0, trained.stderr);
  t.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa, 'RFC 3720, B.4: 32 bytes of zeros');
});

t.test('TensorBoard: every number of every line, at its step', async (t) => {
  t.same(exported('tensorboard'), { code: 0, stdout: `${pictures(run)}${join(run, EVENTS)}\n`, stderr: '' });
  const file = readFileSync(join(run, EVENTS));
  const { version, scalars } = readEvents(file);
  t.equal(version, 'brain.Event:2');
  const expected = numbers.flatMap((metric) =>
    fieldsOf(metric)
      .filter(([name, value]) => typeof value === 'number' && !['step', 'epoch', 'elapsed_s'].includes(name))
      .map(([name, value]) => ({
        tag: `${metric.kind}/${metric.kind === 'eval' ? `${metric.statistics}/` : ''}${name}`,
        step: metric.step,
        value: Math.fround(value as number),
      })),
  );
  t.same(
    scalars.map(({ tag, step, value }) => ({ tag, step, value })),
    expected,
  );
  const evaluations = numbers.filter(({ kind }) => kind === 'eval');
  t.equal(evaluations.length, 2, 'both ways');
  const places = expected.map(({ tag, step }) => `${tag} ${step}`);
  t.equal(new Set(places).size, places.length, 'one number of a name at a step');
  t.equal(expected.length, 3 * 4 + 2 * 2 + 2 * 4 * 2 + 2 * 5, 'updates, evaluations, layers, points');
  const times = scalars.map(({ wallTime }) => wallTime);
  t.same(
    times,
    times.toSorted((a, b) => a - b),
    'time goes on',
  );
  t.ok(Math.abs(times.at(-1)! - Date.now() / 1000) < 600, `${times.at(-1)} is a time of today`);
  for (const at of [0, 9, 13, file.length - 1]) {
    t.throws(() => recordsIn(file.with(at, file[at] ^ 1)), `a changed byte ${at} is noticed`);
  }
});

const tensorboard = pythonWith('tensorboard');

t.test("TensorBoard's own reader", { skip: tensorboard.skip }, async (t) => {
  exported('tensorboard');
  const program = `
import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
`;
  const found = JSON.parse(runPython(tensorboard.python, ['-W', 'ignore', '-c', program, run]));
  const losses = readMetrics(run)
    .filter((metric) => metric.kind === 'train')
    .map(({ step, loss }) => [step, Math.fround(loss)]);
  t.same(found['train/loss'], losses);
  t.equal(Object.keys(found).length, 4 + 2 * 2 + 4 * 2 + 2 * 5);
});

t.test('CSV: a header and a line a metric', async (t) => {
  const { code, stdout } = exported('csv', run, '--json');
  t.equal(code, 0);
  t.same(JSON.parse(stdout), { format: 'csv', path: join(run, 'metrics.csv'), metrics: 8, torn: false });
  const [header, ...lines] = readFileSync(join(run, 'metrics.csv'), 'utf8').trimEnd().split('\n');
  t.match(
    header,
    /^kind,step,epoch,loss,accuracy,lr,images_per_s,elapsed_s,norm1\/gradNorm,.*,loss\/0\.5,.*,split,/,
  );
  const names = header.split(',');
  const metrics = numbers.map((metric) => {
    const values = new Map(fieldsOf(metric));
    return names.map((name) => String(values.get(name) ?? ''));
  });
  t.same(
    lines.map((line) => line.split(',')),
    metrics,
  );
});

t.test('what lies within others is named by the way there', async (t) => {
  const at = { step: 4, epoch: 2 };
  const numbers = { gradNorm: 0.5, outputDeviation: 1, weights: [0.25, 0.75] };
  t.same(fieldsOf({ kind: 'layers', ...at, layers: { 'blocks.0.norm': numbers } }), [
    ['kind', 'layers'],
    ['step', 4],
    ['epoch', 2],
    ['blocks.0.norm/gradNorm', 0.5],
    ['blocks.0.norm/outputDeviation', 1],
    ['blocks.0.norm/weights/0', 0.25],
    ['blocks.0.norm/weights/1', 0.75],
  ]);
  const points = [
    { rate: 0, loss: 2, gradientDistance: 0 },
    { rate: 0.5, loss: 1, gradientDistance: 3 },
  ];
  t.same(fieldsOf({ kind: 'descent', ...at, points }).slice(3), [
    ['loss/0', 2],
    ['loss/0.5', 1],
    ['gradientDistance/0', 0],
    ['gradientDistance/0.5', 3],
  ]);
});

t.test('ONNX: the network with its last weights', async (t) => {
  t.equal(exported('onnx').code, 0);
  const network = makeModel('cifar-cnn', { norm: 'bn' }, { classes: 10, random: createRandom(1) });
  network.loadStateDict(loadSafetensors(readFileSync(join(run, 'weights.safetensors'))).state);
  const shape: Shape = [3, 3, 32, 32];
  const x = tensor(normal(shape, 'images'), { shape });
  const output = await ran(await open(readFileSync(join(run, 'model.onnx'))), x);
  const off = distance(output.data as Float32Array, await network.eval().forward(x).data());
  t.ok(off < 1e-5, `off by ${off}`);
});

t.test('a torn last line is left out, and said so', async (t) => {
  const folder = copy('torn');
  appendFileSync(join(folder, 'metrics.jsonl'), '{"kind":"train","st');
  const { code, stdout } = exported('csv', folder);
  t.equal(code, 0);
  t.equal(
    stdout,
    `${pictures(folder)}${folder}: the last line of metrics.jsonl is torn and was left out\n${join(folder, 'metrics.csv')}\n`,
  );
  t.equal(readFileSync(join(folder, 'metrics.csv'), 'utf8').trimEnd().split('\n').length, 1 + 8);
});

t.test('what cannot be exported is refused in one line, and nothing is written', async (t) => {
  const config = (text: string) => (folder: string) => writeFileSync(join(folder, 'config.json'), text);
  const metrics = (text: string) => (folder: string) => writeFileSync(join(folder, 'metrics.jsonl'), text);
  const cases: [name: string, to: Format, change: (folder: string) => void, message: string][] = [
    ['gone', 'csv', (folder) => rmSync(folder, { recursive: true }), ': no such folder'],
    [
      'no run',
      'csv',
      (folder) => rmSync(join(folder, 'metrics.jsonl')),
      ': holds no run: it has no metrics.jsonl',
    ],
    ['empty', 'tensorboard', metrics(''), '/metrics.jsonl: holds no metrics yet'],
    [
      'torn inside',
      'tensorboard',
      metrics('{"kind":"train","step":1}\n{"ki\n{}'),
      '/metrics.jsonl: line 2 is no metric',
    ],
    ...[
      '"layers","layers":null',
      '"layers","layers":{"a":1}',
      '"descent","points":7',
      '"descent","points":[null]',
    ].map((parts): (typeof cases)[number] => [
      `parts ${parts.replaceAll(/\W/g, ' ')}`,
      'csv',
      metrics(`{"step":1,"kind":${parts}}\n`),
      '/metrics.jsonl: line 1 is no metric',
    ]),
    ['other lines', 'csv', metrics('1\n'), '/metrics.jsonl: line 1 is no metric'],
    [
      'no settings',
      'onnx',
      (folder) => rmSync(join(folder, 'config.json')),
      ': has no config.json, which --to onnx takes',
    ],
    [
      'no weights',
      'onnx',
      (folder) => rmSync(join(folder, 'weights.safetensors')),
      ': has no weights.safetensors, which --to onnx takes',
    ],
    [
      'damaged settings',
      'onnx',
      config('{"model"'),
      '/config.json: is damaged, expected the settings of a run with its model, width and classes',
    ],
    [
      'another network',
      'onnx',
      config('{"model":"cifar-cnn","norm":"bn","width":null,"classes":7}'),
      '/weights.safetensors: loadStateDict: linear.weight has shape [10, 256], expected [7, 256]',
    ],
    [
      'another width',
      'onnx',
      config('{"model":"cifar-cnn","norm":"bn","width":0,"classes":10}'),
      '/config.json: is damaged, expected the settings of a run with its model, width and classes',
    ],
    [
      'another norm',
      'onnx',
      config('{"model":"cifar-cnn","norm":"x","width":null,"classes":10}'),
      `/config.json: CifarCnn: norm is 'x', expected one of ${normNames.join(', ')}`,
    ],
    [
      'another place',
      'onnx',
      config('{"model":"cifar-cnn","norm":"mn","normAt":"conv1","width":null,"classes":10}'),
      "/config.json: CifarCnn: normAt is 'conv1', expected a list of places",
    ],
    [
      'damaged weights',
      'onnx',
      (folder) => writeFileSync(join(folder, 'weights.safetensors'), 'x'),
      '/weights.safetensors: safetensors: damaged: 1 bytes hold no header length, which takes 8',
    ],
    [
      'no step',
      'tensorboard',
      metrics('{"kind":"train","step":-5}\n'),
      '/metrics.jsonl: line 1 is no metric',
    ],
  ];
  for (const [name, to, change, message] of cases) {
    const folder = copy(name);
    for (const file of ['metrics.csv', EVENTS, 'model.onnx']) rmSync(join(folder, file), { force: true });
    change(folder);
    const error = await refusal(folder, to);
    t.ok(error instanceof UsageError || error instanceof MixgradError, `${name}: ${error}`);
    t.equal(error?.message, `${folder}${message}`, name);
    const left = existsSync(folder) ? readdirSync(folder) : [];
    t.same(
      left.filter((file) => /csv|tfevents|onnx|tmp/.test(file)),
      [],
      name,
    );
  }
});

t.test('wrong usage is refused', async (t) => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  const cases: [args: string[], message: RegExp][] = [
    [[run], /^export: required option '--to <format>' not specified/],
    [[run, '--to', 'cvs'], /--to .*Allowed choices are tensorboard, csv, onnx\. \(Did you mean csv\?\)/],
    [[file, '--to', 'csv'], /is a file, expected the folder of a run/],
    [['~/run', '--to', 'csv'], /The shell did not replace '~'/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = runMixgrad(['export', ...args]);
    t.equal(code, 2, `${args}`);
    t.equal(stdout, '');
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, message);
  }
});

t.test('where the file cannot be written, the one before stays', async (t) => {
  const folder = copy('full');
  writeFileSync(join(folder, 'metrics.csv'), 'before');
  const { code, stderr } = runInShell('ulimit -f 0; NODE_OPTIONS= "$@"', ['export', folder, '--to', 'csv']);
  t.equal(code, 1);
  t.equal(stderr, `export: ${join(folder, 'metrics.csv')}: cannot be written: file too large (EFBIG)\n`);
  t.equal(readFileSync(join(folder, 'metrics.csv'), 'utf8'), 'before');
  t.same(
    readdirSync(folder).filter((file) => file.endsWith('.tmp')),
    [],
  );
});
