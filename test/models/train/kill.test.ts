// SIGKILL at random moments: whatever a run was doing, it goes on from its last checkpoint as if nothing had happened.

import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { killOften, startRun } from '../killed.js';
import { sameRun, small } from './resumed.js';

const KILLS = 20;
const SAVE_EVERY = 5;

const seed = process.env.MIXGRAD_SEED ?? '1';
const root = t.testdir({});
const flags = [...small, ...`--steps 30 --eval-every-steps 12 --save-every ${SAVE_EVERY}`.split(' ')];
const kills = { program: 'train', flags, count: KILLS, seed, root } as const;
const uninterrupted = join(root, 'uninterrupted');

const runs = [1, 2].map((threads) => ({ threads, run: killOften(kills, threads) }));
const whole = startRun(kills, uninterrupted, 1);
const code = once(whole, 'exit');

for (const { threads, run } of runs) {
  t.test(`a run on ${threads} threads, killed ${KILLS} times`, async (t) => {
    t.strictSame(await code, [0, null]);
    const { folders, moments, losses, codes } = await run;
    t.comment(`seed ${seed}, ${threads} threads: ${moments.join(', ')}`);
    t.comment(`${folders.length} runs; steps lost: ${losses.join(', ')}`);
    t.ok(
      losses.some((lost) => lost > 0),
      'some moments were between checkpoints',
    );
    t.ok(
      losses.every((lost) => lost >= 0 && lost <= SAVE_EVERY),
      'no more than since the last checkpoint',
    );
    t.ok(
      codes.every((code) => code === 0 || code === null),
      `${codes}`,
    );
    for (const folder of folders) sameRun(t, folder, uninterrupted);
  });
}
