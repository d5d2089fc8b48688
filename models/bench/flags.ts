// The flags of the benchmark.
import { Command, Option } from 'commander';
import { type Convolution, type DeviceName, deviceNames } from '../../lib/index.js';
import { type ModelName, modelNames } from '../networks/index.js';
import type { NormName } from '../networks/norms.js';
import { builds } from '../run/device.js';
import { choice, convFlag, count, normFlag, oneLineErrors, threadsFlag, UsageError } from '../train/flags.js';

/** What one side of a measurement is. */
export interface BenchSettings {
  model: ModelName;
  norm: NormName;
  batch: number;
  steps: number;
  device: DeviceName;
  threads: number | null;
  /** How the wasm device convolves. */
  conv: Convolution;
  /** The wasm device's build: with relaxed SIMD where it validates, always, or never. */
  build: (typeof builds)[number];
}

/** The flags: the settings, and what to do with them. */
export interface BenchFlags extends BenchSettings {
  against?: AgainstName;
  pairs: number;
  profile?: boolean;
  kernels?: boolean;
  json?: boolean;
}

/** What the settings can be measured against: PyTorch, or the same with one setting changed. */
const changes = {
  bn: { norm: 'bn' },
  mn: { norm: 'mn' },
  direct: { conv: 'direct' },
  winograd: { conv: 'winograd' },
  plain: { build: 'plain' },
  '1-thread': { threads: 1 },
} as const satisfies Record<string, Partial<BenchSettings>>;

export type AgainstName = 'torch' | keyof typeof changes;

/** Reads the flags. @throws CommanderError for flags that do not parse and for --help. */
export function parseFlags(args: readonly string[]): BenchFlags {
  return benchCommand().parse(args, { from: 'user' }).opts<BenchFlags>();
}

function benchCommand(): Command {
  return oneLineErrors(new Command('bench'))
    .description('Times training and evaluation steps of a network on random images.')
    .addOption(choice('--model <name>', 'network', modelNames, 'cifar-cnn'))
    .addOption(normFlag('bn'))
    .option('--batch <n>', 'images in a batch', count, 64)
    .option(
      '--steps <n>',
      'timed steps, after one to warm up; of --kernels, the fewest repetitions',
      count,
      5,
    )
    .addOption(choice('--device <name>', 'where to compute', deviceNames, 'auto'))
    .addOption(threadsFlag())
    .addOption(convFlag())
    .addOption(choice('--build <kind>', 'build of the wasm device, as to relaxed SIMD', builds, 'auto'))
    .addOption(
      new Option('--against <what>', 'measure in turn with PyTorch, or with one setting changed')
        .choices(['torch', ...Object.keys(changes)])
        .conflicts(['profile', 'kernels']),
    )
    .option('--pairs <n>', 'pairs of measurements of --against', count, 5)
    .addOption(new Option('--profile', 'where the time of a training step goes').conflicts('kernels'))
    .option('--kernels', 'every kernel by itself, checked and timed')
    .option('--json', 'print JSON, one object a line');
}

/** The settings of the other side. @throws UsageError where that changes nothing. */
export function changed(settings: BenchSettings, name: keyof typeof changes): BenchSettings {
  const change = Object.entries(changes[name]);
  if (change.every(([setting, value]) => settings[setting as keyof BenchSettings] === value)) {
    throw new UsageError(`--against ${name}: that is what the other flags ask for as well`);
  }
  return { ...settings, ...changes[name] };
}
