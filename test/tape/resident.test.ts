// What the operating system says: long loops, each in a process of its own, end with the memory that they began with.

import { fileURLToPath } from 'node:url';
import t from 'tap';
import { spawn } from '../processes.js';

const program = fileURLToPath(new URL('./resident/loop.js', import.meta.url));

/** V8 keeps new objects in a space that grows with their number; here it stays small, and its collector can be called. */
const flags = ['--expose-gc', '--max-semi-space-size=1'];
/** glibc keeps small pieces that were freed; here it gives every array of 1 KiB back to the system, from one heap. */
const env = {
  PATH: process.env.PATH,
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '1024',
  MALLOC_TRIM_THRESHOLD_: '1',
  MALLOC_TOP_PAD_: '0',
};

/** Turns until the first reading. */
const EARLY = 500;

/** How much more memory may be held at the end: 5 %. */
const LIMIT = 1.05;

/**
 * Bytes of the process after the first `EARLY` turns and after `turns`, garbage collected before each reading; where the second is
 * over the limit, also after 1.2, 1.4 … 2 times as many turns, until one is not.
 */
function readings(loop: string, device: string, turns: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const args = [...flags, program, loop, device, ...[turns, EARLY, LIMIT].map(String)];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(printed)) : reject(new Error(`${loop}: ${code}`)),
    );
  });
}

const loops: [loop: string, turns: number, devices: readonly string[]][] = [
  ['training', 10_000, ['wasm', 'reference', 'gpujs-webasm']],
  ['evaluation', 10_000, ['wasm', 'reference', 'gpujs-webasm']],
  ['operations', 10_000, ['wasm', 'reference', 'gpujs-webasm']],
  ['operations on a MiB', 2000, ['wasm']],
  ['evaluation outside noGrad', 2000, ['wasm']],
  ['operations without await', 2000, ['wasm', 'reference', 'gpujs-webasm']],
  ['some are kept', 2000, ['wasm', 'reference', 'gpujs-webasm']],
  ['gradients of the data', 1000, ['wasm']],
];

for (const [loop, turns, devices] of loops) {
  for (const device of devices) {
    t.test(`${device}: ${loop}: after ${turns} turns within 5 % of what it was after ${EARLY}`, async (t) => {
      const [before, ...later] = await readings(loop, device, turns);
      t.ok(later.at(-1)! < LIMIT * before, `${before} bytes, then ${later.join(', ')}`);
    });
  }
}
