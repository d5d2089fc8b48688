// Compiles the engine four times: plain SIMD or relaxed (fused multiply-add), for one thread or for shared memory.
import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const target = join(root, 'dist', 'kernels', 'engine');

// Fast, but small where that costs nothing: functions are inlined where the source says so, and few others.
// biome-ignore format: how to compile, and the memory
const flags = [
  '--optimizeLevel', '3', '--shrinkLevel', '1', '--noAssert', '--runtime', 'stub', '--enable', 'simd',
  '--importMemory', '--initialMemory', '16', '--maximumMemory', '65536',
];

async function build(name, extraFlags) {
  const entry = relative(root, join(here, 'index.ts'));
  const outFile = relative(root, join(target, name));
  const options = [entry, '--baseDir', root, '--outFile', outFile, ...flags, ...extraFlags];
  const { error, stdout, stderr } = await asc.main(options);
  const messages = `${stdout}${stderr}`;
  if (error || messages) throw new Error(`${name}: ${error?.message ?? 'warnings'}\n${messages}`);
  console.log(`built ${outFile}`);
}

mkdirSync(target, { recursive: true });
const relaxed = ['--enable', 'relaxed-simd'];
const shared = ['--enable', 'threads', '--sharedMemory'];
await build('engine.wasm', []);
await build('engine-relaxed.wasm', relaxed);
await build('engine-threads.wasm', shared);
await build('engine-relaxed-threads.wasm', [...relaxed, ...shared]);
