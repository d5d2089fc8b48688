// SIGKILL at random moments of a GAN's run: it goes on from its last checkpoint as if nothing had happened.

import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { killOften, startRun } from '../killed.js';
import { measured, sameGan, small, writeClassifier } from './small.js';

const seed = process.env.MIXGRAD_SEED ?? '1';
const root = t.testdir({});
const features = await writeClassifier(join(root, 'features'));
const flags = [...small, ...measured(features, 8), ...'--steps 20 --save-every 5'.split(' ')];
const kills = { program: 'gan', flags, count: 6, seed, root } as const;
const uninterrupted = join(root, 'uninterrupted');

t.test('a run on 2 threads, killed 6 times', async (t) => {
  const code = once(startRun(kills, uninterrupted, 1), 'exit');
  const { folders, moments, losses, codes } = await killOften(kills, 2);
  t.strictSame(await code, [0, null]);
  t.comment(`seed ${seed}: ${moments.join(', ')}; steps lost: ${losses.join(', ')}`);
  t.ok(
    losses.every((lost) => lost >= 0 && lost <= 5),
    'no more than since the last checkpoint',
  );
  t.ok(
    codes.every((code) => code === 0 || code === null),
    `${codes}`,
  );
  for (const folder of folders) sameGan(t, folder, uninterrupted);
});
