// Programs in Markdown and in doc comments, each followed by what it prints: finding them and running them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from './processes.js';

/** A program, and what it prints. */
export interface Example {
  program: string;
  printed: string;
}

/** The ```js blocks of a text that a ```text block follows, with nothing between them. */
export function examplesIn(markdown: string): Example[] {
  const found = markdown.matchAll(/^```js\n([\s\S]*?)^```\n+^```text\n([\s\S]*?)^```$/gm);
  return Array.from(found, ([, program, printed]) => ({ program, printed }));
}

/** Runs a program in a process of its own, in the package's folder, where `mixgrad` means this package. */
export function run(program: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module'], { input: program, encoding: 'utf8' });
}

/**
 * Runs programs one after the other in one process, which takes a tenth of the time; each begins as the first did.
 * @returns what each printed, and after it the error that ended it, if one did
 */
export function runTogether(programs: readonly string[]): string[] {
  const folder = mkdtempSync(join('dist', 'examples-'));
  try {
    const files = programs.map((program, i) => {
      const file = join(folder, `${i}.mjs`);
      writeFileSync(file, program);
      return file;
    });
    const runner = fileURLToPath(new URL('./tools/run-programs.js', import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, [runner, ...files], { encoding: 'utf8' });
    const printed: string[] = stdout ? JSON.parse(stdout) : [];
    return files.map((_, i) => printed[i] ?? `it did not come to an end\n${stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
