// The flags of the training program.
import t from 'tap';
import { MIXTURE_DEFAULTS, MixtureNorm2d, ModeNorm2d } from '../../../lib/index.js';
import { normNames } from '../../../models/networks/norms.js';
import { settingsOf, trainCommand } from '../../../models/train/flags.js';

const parseWords = (words: readonly string[]) => settingsOf(trainCommand().parse(words, { from: 'user' }));
const parse = (line: string) => parseWords(line.split(' ').filter((word) => word !== ''));

t.test('without flags, the CIFAR CNN with MN trains on synthetic data', (t) => {
  const { data, model, norm, normAt, steps, augment, device, out } = parse('');
  t.strictSame(
    { data, model, norm, normAt, steps, augment, device, out },
    {
      data: null,
      model: 'cifar-cnn',
      norm: 'mn',
      normAt: null,
      steps: null,
      augment: true,
      device: 'auto',
      out: null,
    },
  );
  t.end();
});

t.test('every flag sets its setting', (t) => {
  const settings = parse(
    '--data d --dataset cifar100 --model cifar-cnn --width 32 --norm mn --norm-at conv3,conv4 --norm-gamma 1.5 --components 5 --iterations 0 ' +
      '--posterior channel --gradient unrolled --scale unit --seeding kmeans --steps 7 --batch-size 8 --optimizer sgd ' +
      '--lr 0.5 --momentum 0 --weight-decay 0 --clip-norm 2 --accumulate 4 --schedule step --warmup 3 --step-size 2 --gamma 0.5 --no-augment --seed 0 --device reference --threads 1 --conv direct ' +
      '--eval-every 3 --precise-batches 11 --watch-every 5 --descent-every 6 --save-every 4 --limit-train 9 --limit-test 10 --out o',
  );
  t.strictSame(settings, {
    data: 'd',
    dataset: 'cifar100',
    limitTrain: 9,
    limitTest: 10,
    model: 'cifar-cnn',
    width: 32,
    norm: 'mn',
    normAt: ['conv3', 'conv4'],
    normGamma: 1.5,
    components: 5,
    iterations: 0,
    posterior: 'channel',
    gradient: 'unrolled',
    scale: 'unit',
    seeding: 'kmeans',
    shufflePosteriors: false,
    virtualBatchSize: 8,
    groups: null,
    epochs: 10,
    steps: 7,
    batchSize: 8,
    optimizer: 'sgd',
    lr: 0.5,
    momentum: 0,
    weightDecay: 0,
    clipNorm: 2,
    accumulate: 4,
    schedule: 'step',
    warmup: 3,
    stepSize: 2,
    milestones: null,
    gamma: 0.5,
    augment: false,
    seed: 0,
    device: 'reference',
    threads: 1,
    conv: 'direct',
    evalEvery: 3,
    evalEverySteps: null,
    preciseBatches: 11,
    watchEvery: 5,
    descentEvery: 6,
    saveEvery: 4,
    out: 'o',
  });
  t.end();
});

t.test('the learning rate follows the optimizer where it is not given', (t) => {
  t.equal(parse('--optimizer sgd').lr, 0.02);
  for (const name of ['adam', 'adamw', 'rmsprop']) t.equal(parse(`--optimizer ${name}`).lr, 0.001);
  t.equal(parse('--optimizer adamw --lr 0.2').lr, 0.2);
  t.end();
});

t.test('a value out of range is refused, naming the flag', (t) => {
  const wrong: [line: string, flag: RegExp][] = [
    ['--epochs 0', /--epochs.*an integer of at least 1/],
    ['--epochs 1.5', /--epochs/],
    ['--batch-size many', /--batch-size/],
    ['--lr 0', /--lr.*above 0/],
    ['--lr NaN', /--lr/],
    ['--momentum 1', /--momentum/],
    ['--weight-decay -1', /--weight-decay/],
    ['--seed -1', /--seed/],
    ['--device gpu', /--device.*wasm/],
    ['--norm xn', /--norm.*bn, mn, ghost, mode, layer, group, instance, none/],
    ['--norm ghots', /Did you mean ghost/],
    ['--virtual-batch-size 0', /--virtual-batch-size.*an integer of at least 1/],
    ['--norm ghost --batch-size 12', /^--virtual-batch-size 8: expected a divisor of --batch-size 12$/],
    ['--norm ghost --batch-size 4 --groups 5', /^--groups 5: expected at most --batch-size 4$/],
    [
      '--norm ghost --batch-size 4 --accumulate 2 --groups 3',
      /^--groups 3: expected at most --batch-size 4 \/ --accumulate 2$/,
    ],
    ['--norm ghost --groups 2 --virtual-batch-size 8', /--groups.*--virtual-batch-size/],
    ['--threads 0', /--threads.*at least 1/],
    [
      '--norm bn --norm-at conv1',
      /--norm-at decides nothing: BN stands at the other places too, with the same γ/,
    ],
    [
      '--gradient unrolled --shuffle-posteriors',
      /^--shuffle-posteriors needs the gradient 'detached', this one is 'unrolled'$/,
    ],
    ['--norm bn --norm-gamma 0', /--norm-gamma.*above 0/],
    ['--norm none --watch-every 3', /--watch-every: only for networks with norms/],
    ['--watch-every 0', /--watch-every.*at least 1/],
    ['--descent-every 1.5', /--descent-every.*integer/],
    ['--norm-at conv1,conv7', /--norm-at has 'conv7', expected some of conv1, conv2, conv3, conv4/],
    [
      '--model densenet-40 --norm-at block4',
      /'block4', expected some of block1, transition1, .*block3, norm$/,
    ],
    [
      '--model resnet-20 --norm-at layer1.3',
      /has 'layer1.3', expected some of layer1.0, layer1.1, layer1.2$/,
    ],
    ['--norm-at conv1,conv2,conv1', /--norm-at has 'conv1' twice, expected each place once/],
    ['--posterior pixel', /--posterior.*joint, channel/],
    ['--frobnicate', /--frobnicate/],
    ['stray', /too many arguments/],
    ['--epoch 3', /unknown option '--epoch'\s\(Did you mean --epochs\?\)/],
    ['--device wsam', /--device.*Allowed choices are auto, wasm.*\(Did you mean wasm\?\)/],
    ['--schedule cosin', /Did you mean cosine/],
    ['--norm nm', /Did you mean mn/],
    ['--accumulate 3', /--accumulate 3: a batch of 16 has no such equal parts/],
    ['--clip-norm 0', /--clip-norm.*above 0/],
    ['--warmup -1', /--warmup.*at least 0/],
    ['--schedule multi-step --milestones 3,2', /--milestones.*rising order/],
    ['--schedule multi-step --milestones 0,2', /--milestones.*at least 1/],
    ['--schedule step --gamma 1', /--gamma.*below 1/],
    [
      '--components 1000',
      /--components is 1000, expected fewer than 1000, for each has a weight of at least 0.001/,
    ],
  ];
  for (const [line, message] of wrong) t.throws(() => parse(line), { message }, line);
  t.end();
});

t.test('a number is written in decimal digits', (t) => {
  const refused = [
    'NaN',
    'Infinity',
    '-Infinity',
    '-1',
    '0x10',
    '0b1',
    '0o7',
    '1_000',
    '1,5',
    '',
    ' ',
    ' 3',
    '3 ',
    '1e',
    'e3',
    '1e400',
    '٣',
    'true',
  ];
  for (const flag of [
    '--epochs',
    '--steps',
    '--batch-size',
    '--seed',
    '--save-every',
    '--eval-every-steps',
    '--lr',
    '--weight-decay',
    '--threads',
  ]) {
    for (const word of refused)
      t.throws(() => parseWords([flag, word]), { message: new RegExp(flag) }, `${flag} '${word}'`);
  }
  for (const flag of ['--epochs', '--components', '--iterations', '--seed', '--limit-test']) {
    for (const word of ['1.5', '1e-3', '9007199254740993', '1e300'])
      t.throws(() => parseWords([flag, word]), { message: /an integer of at least/ }, `${flag} ${word}`);
  }
  for (const flag of ['--epochs', '--batch-size', '--lr', '--threads'])
    t.throws(() => parse(`${flag} 0`), flag);
  t.throws(() => parse('--momentum 1.0'), { message: /below 1/ });
  t.throws(() => parse('--seed abc'), { message: /--seed.*an integer of at least 0/ });
  const { epochs, lr, weightDecay, seed } = parse('--epochs 1e3 --lr .5e-2 --weight-decay 0. --seed +7');
  t.strictSame([epochs, lr, weightDecay, seed], [1000, 0.005, 0, 7]);
  t.end();
});

t.test('of a flag given twice the last counts', (t) => {
  const { epochs, augment, norm } = parse(
    '--epochs 2 --norm bn --no-augment --norm none --augment --epochs 3',
  );
  t.strictSame([epochs, augment, norm], [3, true, 'none']);
  t.end();
});

t.test('a flag that another leaves without effect is refused, its default is not', (t) => {
  for (const [flag, ...norms] of [
    ['--components 3', 'mn', 'mode'],
    ['--iterations 2', 'mn'],
    ['--posterior joint', 'mn'],
    ['--gradient detached', 'mn'],
    ['--scale fisher', 'mn'],
    ['--seeding warm', 'mn'],
    ['--shuffle-posteriors', 'mn'],
    ['--virtual-batch-size 8', 'ghost'],
    ['--groups 3', 'ghost'],
  ]) {
    for (const norm of normNames) {
      if (norms.includes(norm)) t.ok(parse(`--norm ${norm} ${flag}`));
      else
        t.throws(() => parse(`--norm ${norm} ${flag}`), {
          name: 'UsageError',
          message: `${flag.split(' ')[0]}: only for --norm ${norms.join(' and ')}, this one is ${norm}`,
        });
    }
  }
  for (const norm of normNames.filter((name) => name !== 'none')) {
    t.ok(parse(`--norm ${norm} --norm-gamma 2 --norm-at conv1`));
    if (norm !== 'bn') t.ok(parse(`--norm ${norm} --norm-at conv1`));
  }
  for (const flag of ['--norm-at conv1', '--norm-gamma 1']) {
    const message = `${flag.split(' ')[0]}: only for another --norm, this one is none`;
    t.throws(() => parse(`--norm none ${flag}`), { name: 'UsageError', message });
  }
  for (const optimizer of ['adam', 'adamw']) {
    t.throws(() => parse(`--optimizer ${optimizer} --momentum 0.9`), {
      message: `--momentum: only for --optimizer sgd and rmsprop, this one is ${optimizer}`,
    });
  }
  t.ok(parse('--optimizer rmsprop --momentum 0.9'));
  for (const [line, message] of [
    ['--step-size 3', '--step-size: only for --schedule step, this one is cosine'],
    ['--schedule step --milestones 3', '--milestones: only for --schedule multi-step, this one is step'],
    ['--gamma 0.5', '--gamma: only for --schedule step and multi-step, this one is cosine'],
    ['--schedule one-cycle --warmup 3', '--warmup: one-cycle has its own'],
  ]) {
    t.throws(() => parse(line), { name: 'UsageError', message }, line);
  }
  t.throws(() => parse('--steps 3 --epochs 2'), { message: /--steps.*--epochs/ });
  t.throws(() => parse('--eval-every-steps 3 --eval-every 2'), {
    message: /--eval-every-steps.*--eval-every/,
  });
  t.throws(() => parse('--resume r --out o'), { message: /--resume.*--out/ });
  t.end();
});

t.test('a folder has a name that no shell and no forgotten value left there', (t) => {
  for (const flag of ['--out', '--data', '--resume']) {
    for (const name of ['', ' ', '-x', '--json', '~', '~/runs'])
      t.throws(() => parseWords([flag, name]), { message: new RegExp(flag) }, `${flag} '${name}'`);
    t.ok(parseWords([flag, './-x']));
  }
  t.end();
});

t.test('where no flag says otherwise, mixtures have the defaults of the layer', (t) => {
  const settings = parse('');
  for (const name of ['iterations', 'posterior', 'gradient', 'scale'] as const) {
    t.equal(settings[name], MIXTURE_DEFAULTS[name], name);
  }
  t.equal(settings.components, new MixtureNorm2d(1).components);
  t.equal(parse('--norm mode').components, new ModeNorm2d(1).components);
  t.equal(parse('--norm mode --components 4').components, 4);
  t.equal(settings.posterior, new MixtureNorm2d(1).posterior);
  t.end();
});

t.test('--help names every flag with its default', (t) => {
  const help = trainCommand().helpInformation();
  for (const option of trainCommand().options) t.match(help, option.long!);
  t.match(help, /--components <n>[^-]*\(default:\s+3\s+with\s+mn,\s+2\s+with\s+mode\)/);
  t.match(help, /--batch-size <n>[^-]*\(default: 16\)/);
  t.match(help, /--lr <rate>[^-]*\(default: 0\.02 with sgd,\s+0\.001\s+with\s+adam,/);
  t.match(
    help,
    /--norm-at <places>[^-]*\(default:\s+all:\s+conv1,\s+conv2,\s+conv3,\s+conv4\s+of\s+cifar-cnn;\s+block1,/,
  );
  t.match(help, /--width <n>[^-]*\(default: the network's own\)/);
  t.notMatch(help, 'block1.0', 'places are shown by their groups');
  t.match(help, /--limit-train <n>[^-]*\(default: all;\s+2000/);
  t.end();
});
