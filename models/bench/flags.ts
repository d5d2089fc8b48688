// The flags of the benchmark.
import { type Command, Option } from 'commander';
import { type ModelName, modelNames, networks } from '../networks/index.js';
import { GHOST_SIZE, type NormName } from '../networks/norms.js';
import { type Build, builds, type DeviceSettings } from '../run/device.js';
import { UsageError } from '../run/errors.js';
import {
  addDeviceFlags,
  choice,
  count,
  modelFlag,
  newCommand,
  niceness,
  normFlag,
  refuseIdle,
  widthFlag,
} from '../run/flags.js';
import { addOutputFlags, type OutputFlags } from '../run/output.js';

/** What one side of a measurement is. */
export interface BenchSettings extends DeviceSettings, Pick<OutputFlags, 'quiet'> {
  model: ModelName;
  width: number | null;
  norm: NormName;
  batch: number;
  steps: number;
  /** The wasm device's build: with relaxed SIMD where it validates, always, or never. */
  build: Build;
}

/** The flags: the settings, and what to do with them. */
export interface BenchFlags extends BenchSettings, OutputFlags {
  against?: AgainstName;
  /** The niceness of a second process to measure beside. */
  beside?: number;
  pairs: number;
  profile?: boolean;
  kernels?: boolean;
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

/** What a parsed command line asks for. @throws UsageError for flags that do not go together */
export function flagsOf(command: Command): BenchFlags {
  const flags = command.opts<BenchFlags>();
  if (!flags.against && flags.beside === undefined)
    refuseIdle(command, ['pairs'], 'only with --against or --beside');
  if (Object.keys(networks[flags.model].places).length > 0) {
    if (flags.norm !== 'ghost' || flags.batch % GHOST_SIZE === 0) return flags;
    throw new UsageError(`--batch ${flags.batch}: --norm ghost takes a multiple of ${GHOST_SIZE}`);
  }
  refuseIdle(command, ['norm'], `${flags.model} has no norm`);
  if (flags.against === 'bn' || flags.against === 'mn')
    throw new UsageError(`--against ${flags.against}: ${flags.model} has no norm`);
  return { ...flags, norm: 'none' };
}

/** The command line of the benchmark, without an action. */
export function benchCommand(): Command {
  const command = newCommand('bench')
    .description('Times training and evaluation steps of a network on random images.')
    .usage('[options]')
    .addOption(modelFlag(modelNames))
    .addOption(widthFlag())
    .addOption(normFlag('bn'))
    .option('--batch <n>', 'images in a batch', count, 64)
    .option(
      '--steps <n>',
      'timed steps, after one to warm up; of --kernels, the fewest repetitions',
      count,
      5,
    );
  addDeviceFlags(command);
  command
    .addOption(choice('--build <kind>', 'build of the wasm device, as to relaxed SIMD', builds, 'auto'))
    .addOption(
      choice('--against <what>', 'measure in turn with PyTorch, or with one setting changed', [
        'torch',
        ...Object.keys(changes),
      ]).conflicts(['profile', 'kernels']),
    )
    .addOption(
      new Option('--beside <niceness>', 'alone and beside a second process of this niceness, in turn')
        .argParser(niceness)
        .conflicts(['against', 'profile', 'kernels']),
    )
    .option('--pairs <n>', 'pairs of measurements of --against and --beside', count, 5)
    .addOption(new Option('--profile', 'where the time of a training step goes').conflicts('kernels'))
    .option('--kernels', 'every kernel by itself, checked and timed');
  addOutputFlags(command);
  return command;
}

/** The settings of the other side. @throws UsageError where that changes nothing. */
export function changed(settings: BenchSettings, name: keyof typeof changes): BenchSettings {
  const change = Object.entries(changes[name]);
  if (change.every(([setting, value]) => settings[setting as keyof BenchSettings] === value)) {
    throw new UsageError(`--against ${name}: that is what the other flags ask for as well`);
  }
  return { ...settings, ...changes[name] };
}
