// What the operating system says: long loops, each in a process of its own, end with the memory that they began with.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const program = fileURLToPath(new URL('./resident/loop.js', import.meta.url));

/** V8 keeps new objects in a space that grows with their number; here it stays small, and its collector can be called. */
const flags = ['--expose-gc', '--max-semi-space-size=1'];
/** glibc keeps small pieces that were freed; here it gives every array of 4 KiB back to the system, from one heap. */
const env = { PATH: process.env.PATH, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '4096' };

const EARLY = 500;

/** Bytes of the process after `early` turns and after the last, garbage collected before each reading. */
function readings(
  loop: string,
  device: string,
  turns: number,
  early: number,
): Promise<[early: number, late: number]> {
  return new Promise((resolve, reject) => {
    const args = [...flags, program, loop, device, String(turns), String(early)];
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

const loops: [loop: string, turns: number, devices: readonly string[], early?: number][] = [
  ['training', 10_000, ['wasm', 'reference', 'gpujs-webasm']],
  ['evaluation', 10_000, ['wasm', 'reference']],
  // Here the process still grows by some 7 % between turns 500 and 10,000, and no more after that.
  ['evaluation', 20_000, ['gpujs-webasm'], 10_000],
  ['operations', 10_000, ['wasm', 'reference', 'gpujs-webasm']],
  ['operations on a MiB', 6000, ['wasm']],
  // Its many small objects take the engine longer to settle.
  ['evaluation outside noGrad', 16_000, ['wasm'], 8000],
  ['operations without await', 2000, ['wasm', 'reference', 'gpujs-webasm']],
  ['some are kept', 2000, ['wasm', 'reference', 'gpujs-webasm']],
  ['gradients of the data', 1000, ['wasm']],
];

for (const [loop, turns, devices, early = EARLY] of loops) {
  for (const device of devices) {
    t.test(`${device}: ${loop}: after ${turns} turns within 5 % of what it was after ${early}`, async (t) => {
      const [before, after] = await readings(loop, device, turns, early);
      t.ok(after < 1.05 * before, `${before} bytes, then ${after}`);
    });
  }
}
