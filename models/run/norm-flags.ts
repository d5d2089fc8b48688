// Whether the flags of a norm go together, with the network and with the batch.
import type { Command } from 'commander';
import {
  defaultComponents,
  findFault,
  type NormName,
  type NormSettings,
  settingNorms,
} from '../networks/norms.js';
import { type Placed, standsAt } from '../networks/places.js';
import { UsageError } from './errors.js';
import { IdleError, refuseIdle } from './flags.js';

/** What the flags of a norm say; components are null where nothing is said. */
export type NormFlags = NormSettings & { virtualBatchSize: number; groups: number | null };

/** The parts in which a batch goes through the network. */
export interface Parts {
  batchSize: number;
  /** How many there are. */
  accumulate: number;
}

/** Checks the flags of a norm. Returns the number of components. @throws UsageError for flags that do not go together */
export function checkNormFlags(command: Command, flags: NormFlags, network: Placed, parts: Parts): number {
  const { norm } = flags;
  for (const [setting, norms] of Object.entries<readonly NormName[]>(settingNorms)) {
    if (norms.includes(norm)) continue;
    const others = norms.length > 2 ? 'another --norm' : `--norm ${norms.join(' and ')}`;
    refuseIdle(command, [setting], `only for ${others}, this one is ${norm}`);
  }
  if (norm === 'ghost') checkGroups(flags, parts);
  const fault = findFault(flags, network);
  if (fault) {
    const flag = command.options.find((option) => option.attributeName() === fault.setting)!;
    const message = `${flag.long} ${fault.words}`;
    throw fault.idle ? new IdleError(flag.name(), fault.words, message) : new UsageError(message);
  }
  return flags.components ?? defaultComponents(norm);
}

/** @throws UsageError where ghost batch normalization has no such parts of a batch */
function checkGroups({ virtualBatchSize, groups }: NormFlags, { batchSize, accumulate }: Parts): void {
  const images = batchSize / accumulate;
  const batch = `--batch-size ${batchSize}${accumulate === 1 ? '' : ` / --accumulate ${accumulate}`}`;
  if (groups !== null && groups > images)
    throw new UsageError(`--groups ${groups}: expected at most ${batch}`);
  if (groups === null && images % virtualBatchSize !== 0)
    throw new UsageError(`--virtual-batch-size ${virtualBatchSize}: expected a divisor of ${batch}`);
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
    if (components <= fitted || !standsAt(place, normAt)) continue;
    const advice = 'take fewer, or a larger --batch-size';
    const what = accumulate === 1 ? 'a batch' : `a part of --accumulate ${accumulate}`;
    throw new UsageError(`--components ${components}: ${what} has ${fitted} pixels at ${place}; ${advice}`);
  }
}
