// The flags of optimizer and schedule, and which of them go together.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../run/errors.js';
import { choice, count, countFrom0, nonNegative, positive, refuseIdle, share } from '../run/flags.js';
import { optimizerRates, scheduleNames } from './optimizers.js';
import type { Settings } from './settings.js';

const optimizerNames = Object.keys(optimizerRates);
const rates = Object.entries(optimizerRates).map(([name, rate]) => `${rate} with ${name}`);

/** Adds the flags that say how weights are moved. */
export function addOptimizerFlags(command: Command): void {
  command
    .addOption(choice('--optimizer <name>', 'optimizer', optimizerNames, 'sgd'))
    .addOption(
      new Option('--lr <rate>', `highest learning rate (default: ${rates.join(', ')})`).argParser(positive),
    )
    .option('--momentum <share>', 'momentum of SGD and RMSprop', share, 0.9)
    .option('--weight-decay <rate>', 'weight decay', nonNegative, 5e-4)
    .addOption(
      orNone('--clip-norm <norm>', 'scale all gradients down to this norm', 'no limit').argParser(positive),
    )
    .option('--accumulate <n>', 'add up the gradients of a batch over n equal parts of it', count, 1)
    .addOption(choice('--schedule <name>', 'learning rate over the run', scheduleNames, 'cosine'))
    .addOption(
      orNone(
        '--warmup <n>',
        'steps in which the rate rises, before the schedule',
        'a tenth of cosine',
      ).argParser(countFrom0),
    )
    .addOption(
      orNone('--step-size <n>', 'steps between two falls of step', 'a third of the run').argParser(count),
    )
    .addOption(
      orNone(
        '--milestones <list>',
        'steps after the warm-up at which multi-step falls',
        'half and three quarters',
      ).argParser(risingCounts),
    )
    .option('--gamma <share>', 'what a fall leaves of the rate', share, 0.1);
}

const orNone = (flag: string, description: string, words: string): Option =>
  new Option(flag, description).default(null, words);

function risingCounts(text: string): number[] {
  const list = text.split(',').map(count);
  if (list.every((step, i) => i === 0 || step > list[i - 1])) return list;
  throw new InvalidArgumentError('Expected integers in rising order.');
}

/** @throws UsageError for flags that do not go together */
export function checkOptimizerFlags(command: Command, settings: Omit<Settings, 'lr' | 'components'>): void {
  const { optimizer, schedule, batchSize, accumulate } = settings;
  if (optimizer !== 'sgd' && optimizer !== 'rmsprop') {
    refuseIdle(command, ['momentum'], `only for --optimizer sgd and rmsprop, this one is ${optimizer}`);
  }
  const but = `this one is ${schedule}`;
  if (schedule !== 'step') refuseIdle(command, ['stepSize'], `only for --schedule step, ${but}`);
  if (schedule !== 'multi-step')
    refuseIdle(command, ['milestones'], `only for --schedule multi-step, ${but}`);
  if (schedule !== 'step' && schedule !== 'multi-step') {
    refuseIdle(command, ['gamma'], `only for --schedule step and multi-step, ${but}`);
  }
  if (schedule === 'one-cycle') refuseIdle(command, ['warmup'], 'one-cycle has its own');
  if (batchSize % accumulate !== 0) {
    throw new UsageError(`--accumulate ${accumulate}: a batch of ${batchSize} has no such equal parts`);
  }
}
