// `mixgrad data`: downloads a data set into a folder.
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { CifarName } from '../../datasets/cifar.js';
import { MixgradError } from '../../lib/index.js';
import { defaultFolder } from '../run/data.js';
import { Ending, exitCodes } from '../run/errors.js';
import { folder, newCommand } from '../run/flags.js';
import { lockFolder } from '../run/lock.js';
import { addOutputFlags, type Output } from '../run/output.js';
import { listenForSignals, type Stopped } from '../run/signals.js';

/** What to download, and where to. */
export interface DownloadSettings {
  dataset: CifarName;
  /** Null for the folder where programs look for it. */
  folder: string | null;
  /** Another address of the same file. */
  url: string | null;
}

/** The command line of the program, without an action. */
export function dataCommand(): Command {
  const command = newCommand('data')
    .description(
      'Downloads CIFAR-10 or CIFAR-100 from its page, and checks what came. A download that broke off goes on.',
    )
    .addArgument(new Argument('<name>', 'data set').choices(['cifar10', 'cifar100']))
    .argument('[dir]', 'folder for its files, new or empty (default: data/<name>)', folder)
    .addOption(
      new Option('--url <address>', 'another address of the same archive')
        .argParser(address)
        .default(null, "the data set's page"),
    );
  addOutputFlags(command);
  return command;
}

function address(text: string): string {
  if (URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Expected an address that begins with https:// or http://.');
}

/** Downloads. @throws Ending where something ended it early; what has come is kept */
export async function runDownload(settings: DownloadSettings, output: Output): Promise<void> {
  const { ARCHIVES, installCifar, workFolder } = await import('../../datasets/cifar-archive.js');
  const { dataset } = settings;
  const path = settings.folder ?? defaultFolder(dataset);
  const source = { ...ARCHIVES[dataset], ...(settings.url === null ? {} : { url: settings.url }) };
  const { stop, close } = listenForSignals();
  try {
    const onProgress = tenths(source.bytes, (share) =>
      output.say(`${share} % of ${megabytes(source.bytes)} MB`),
    );
    const options = { source, signal: stop, onProgress, onWork: lockFolder };
    const downloaded = await installCifar(dataset, path, options);
    output.result(`${dataset}: ${downloaded ? 'downloaded to' : 'is there already:'} ${path}`, {
      dataset,
      path,
      downloaded,
    });
  } catch (error) {
    if (stop.aborted) {
      const message = `interrupted; the same command goes on from what is in ${workFolder(path)}`;
      throw new Ending(message, (stop.reason as Stopped).exitCode);
    }
    throw error instanceof MixgradError
      ? new Ending(error.message, exitCodes.failed, { cause: error })
      : error;
  } finally {
    close();
  }
}

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

/** Calls `tell` at every tenth of the whole. */
function tenths(total: number, tell: (share: number) => void): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    const share = 10 * Math.floor((10 * bytes) / total);
    if (share > told) tell(share);
    told = share;
  };
}
