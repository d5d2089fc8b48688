// CIFAR-10 and CIFAR-100 from their official binary files (https://www.cs.toronto.edu/~kriz/cifar.html).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OptionError } from '../lib/errors.js';
import { choice, describe, readOptions } from '../lib/options.js';
import { checkFolder } from './cifar-folder.js';
import { type CifarName, cifarOf, LAYOUTS } from './cifar-records.js';
import type { Dataset, Split } from './dataset.js';
import { readBytes } from './files.js';

export type { CifarName } from './cifar-records.js';

/** Options of {@link loadCifar}. */
export interface CifarOptions {
  /** Which data set the folder holds. @default 'cifar10' */
  dataset?: CifarName;
  /** Which part to read. @default 'train' */
  split?: Split;
  /** CIFAR-100's 100 fine or 20 coarse classes; CIFAR-10 has fine labels only. @default 'fine' */
  labels?: 'fine' | 'coarse';
}

const schema = {
  dataset: choice<CifarName>('cifar10', ['cifar10', 'cifar100']),
  split: choice<Split>('train', ['train', 'test']),
  labels: choice<'fine' | 'coarse'>('fine', ['fine', 'coarse']),
};

/**
 * Reads one split of CIFAR-10 or CIFAR-100 from the folder of its binary version. The files may hold
 * fewer records than the official ones; the files with the class names may be missing.
 * @throws DataError naming the folder, what it should hold and what it holds, where a file is missing; naming the
 *   file and the reason where it cannot be read or is empty, its size is no multiple of a record's, or it holds a
 *   label out of range
 * @throws OptionError on an unknown option, data set, split or kind of label
 */
export function loadCifar(folder: string, options: CifarOptions = {}): Dataset {
  if (typeof folder !== 'string' || folder === '')
    throw new OptionError(`loadCifar: folder is ${describe(folder)}, expected the name of a folder`);
  const { dataset, split, labels: kind } = readOptions('loadCifar', options, schema);
  const { title, files, fields } = LAYOUTS[dataset];
  const field = fields.find((f) => f.kind === kind);
  if (!field) throw new OptionError(`loadCifar: ${title} has no '${kind}' labels`);

  checkFolder(folder, split, dataset);
  const read = (name: string) => ({ path: join(folder, name), bytes: readBytes(join(folder, name)) });
  const names = existsSync(join(folder, field.namesFile)) ? read(field.namesFile) : null;
  return cifarOf({ dataset, split, kind, files: files[split].map(read), names });
}
