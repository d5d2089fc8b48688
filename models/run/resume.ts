// The settings of a run that goes on: those of its config.json, which flags may repeat and not contradict.
import type { Command, Option } from 'commander';
import { changeable } from './checkpoint.js';
import { UsageError } from './errors.js';
import { CONFIG, type RunFolder } from './run-folder.js';

/** Flags that are no settings. */
const OTHERS = ['version', 'json', 'quiet', 'out', 'resume'];

/**
 * Gives a command's options the settings of the folder's run. Returns its config.json.
 * @throws UsageError for a flag that contradicts them, or a config.json that is none
 */
export function resumeFlags(command: Command, folder: RunFolder): Record<string, unknown> {
  const config = readConfig(folder);
  for (const option of command.options) {
    const name = option.attributeName();
    if (OTHERS.includes(name)) continue;
    const recorded = readSetting(option, config[name], folder);
    if (command.getOptionValueSource(name) !== 'cli') {
      command.setOptionValueWithSource(name, recorded, 'config');
      continue;
    }
    const given = command.getOptionValue(name);
    if (changeable.includes(name) || JSON.stringify(given) === JSON.stringify(recorded)) continue;
    const words = `${flagOf(option, given)}: the run in ${folder.path} has ${recorded ?? 'none'}`;
    throw new UsageError(`${words}; a run that is resumed keeps its settings`);
  }
  return config;
}

function readConfig(folder: RunFolder): Record<string, unknown> {
  try {
    const config: unknown = JSON.parse(String(folder.read(CONFIG)));
    if (typeof config === 'object' && config !== null) return config as Record<string, unknown>;
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  throw folder.refusal(CONFIG, 'is not the JSON that a run writes');
}

/** A setting, checked as its flag checks it. */
function readSetting(option: Option, value: unknown, folder: RunFolder): unknown {
  const name = option.attributeName();
  if (value === null && option.defaultValue === null) return value;
  if (value === undefined) throw folder.refusal(CONFIG, `lacks ${name}`);
  if (!option.parseArg && typeof value === 'boolean') return value;
  try {
    return option.parseArg!(String(value), undefined);
  } catch (error) {
    throw folder.refusal(CONFIG, `has ${JSON.stringify(value)} for ${name}`, error);
  }
}

/** A flag as it was given. */
function flagOf(option: Option, given: unknown): string {
  if (typeof given !== 'boolean') return `${option.long} ${given}`;
  const name = option.long!.replace('--no-', '--');
  return given ? name : name.replace('--', '--no-');
}
