// What tests of the GAN program share: a tiny classifier's run, and flags of a run of seconds.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { createRandom, saveSafetensors } from '../../../lib/index.js';
import { makeModel } from '../../../models/networks/index.js';
import { sameRun } from '../train/resumed.js';

/** What config.json of a classifier says, as far as it is read. Two channels in the first layer give eight features. */
export const classifierConfig = {
  model: 'cifar-cnn',
  norm: 'bn',
  width: 2,
  classes: 10,
  dataset: 'synthetic',
  limitTrain: 40,
};

/** Writes the run folder of a classifier as it starts. Returns it. */
export async function writeClassifier(folder: string, seed = 1): Promise<string> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(classifierConfig));
  const random = createRandom(seed);
  const network = makeModel('cifar-cnn', { norm: 'bn' }, { classes: 10, width: 2, random });
  writeFileSync(join(folder, 'weights.safetensors'), saveSafetensors(await network.stateDict()));
  return folder;
}

/** Flags of a run of steps that take some 20 ms. One norm is MN, so that there are generators and running mixtures. */
export const small =
  '--device wasm --width 4 --limit-train 40 --limit-test 16 --batch-size 4 --norm-at deconv2 --precise-batches 2'.split(
    ' ',
  );

/** Flags of its distances and sample grids, on the classifier of a folder. */
export const measured = (features: string, every: number): string[] => [
  '--features',
  features,
  '--distance-every',
  `${every}`,
  '--sample-every',
  `${every}`,
];

/** Throws a test's error unless both folders hold the same run, sample grids included. */
export function sameGan(t: Test, found: string, wanted: string): void {
  sameRun(t, found, wanted);
  const grids = (folder: string) => {
    const path = join(folder, 'samples');
    return readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'base64')]);
  };
  t.strictSame(grids(found).sort(), grids(wanted).sort(), 'sample grids');
}
