// Programs in Python, for what other people's readers and writers say.
import { spawnSync } from './processes.js';

/** A Python that can import these modules, or a reason to skip. */
export function pythonWith(modules: string): { python: string; skip: string | false } {
  const can = (name: string) => spawnSync(name, ['-c', `import ${modules}`]).status === 0;
  const named = process.env.MIXGRAD_PYTHON;
  const python = [...(named ? [named] : []), '/usr/bin/python3', 'python3'].find(can);
  return { python: python ?? '', skip: python ? false : `no Python here has ${modules}` };
}

/** Runs a program; what it prints. @throws Error with what it complains of */
export function runPython(python: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0 || stderr) throw new Error(stderr || `it ended with ${status}`);
  return stdout;
}
