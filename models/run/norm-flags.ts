// Whether the flags of a norm go together, with the network and with the batch.
import type { Command } from 'commander';
import {
  defaultComponents,
  findFault,
  type NormName,
  type NormSettings,
  type Placed,
  settingNorms,
} from '../networks/norms.js';
import { refuseIdle } from './flags.js';
import { UsageError } from './program.js';

/** What the flags of a norm say; components are null where nothing is said. */
export type NormFlags = NormSettings & { virtualBatchSize: number };

/** The parts in which a batch goes through the network. */
export interface Parts {
  batchSize: number;
  /** How many there are. */
  accumulate: number;
}

/** Checks the flags of a norm. Returns the number of components. @throws UsageError for flags that do not go together */
export function checkNormFlags(command: Command, flags: NormFlags, network: Placed, parts: Parts): number {
  const { norm, virtualBatchSize } = flags;
  for (const [setting, norms] of Object.entries<readonly NormName[]>(settingNorms)) {
    if (norms.includes(norm)) continue;
    refuseIdle(command, [setting], `only for --norm ${norms.join(' and ')}, this one is ${norm}`);
  }
  const { batchSize, accumulate } = parts;
  if (norm === 'ghost' && (batchSize / accumulate) % virtualBatchSize !== 0) {
    const also = accumulate === 1 ? '' : ` / --accumulate ${accumulate}`;
    const expected = `expected a divisor of --batch-size ${batchSize}${also}`;
    throw new UsageError(`--virtual-batch-size ${virtualBatchSize}: ${expected}`);
  }
  const fault = findFault(flags, network);
  if (fault) {
    const flag = command.options.find((option) => option.attributeName() === fault.setting)!;
    throw new UsageError(`${flag.long} ${fault.words}`);
  }
  return flags.components ?? defaultComponents(norm);
}

/** @throws UsageError where a mixture has more components than what it is fitted to has pixels */
export function checkPixels(
  { norm, normAt, components }: NormSettings & { components: number },
  { places }: Placed,
  { batchSize, accumulate }: Parts,
): void {
  if (norm !== 'mn') return;
  for (const [place, pixels] of Object.entries(places)) {
    const fitted = (batchSize / accumulate) * pixels;
    if (components <= fitted || (normAt && !normAt.includes(place))) continue;
    const advice = 'take fewer, or a larger --batch-size';
    const what = accumulate === 1 ? 'a batch' : `a part of --accumulate ${accumulate}`;
    throw new UsageError(`--components ${components}: ${what} has ${fitted} pixels at ${place}; ${advice}`);
  }
}
