// The same step in PyTorch: finds a Python that has it, and runs torch_step.py.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Ending, exitCodes, UsageError } from '../run/errors.js';
import type { BenchSettings } from './flags.js';
import type { BenchResult } from './step.js';

/** Where a Python is looked for; MIXGRAD_PYTHON names another in their place. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

const program = fileURLToPath(new URL('../../../models/bench/torch_step.py', import.meta.url));

/** The first Python that imports torch. @throws UsageError where none does */
export function findPython(): string {
  const named = process.env.MIXGRAD_PYTHON;
  const candidates = named ? [named] : PYTHONS;
  const found = candidates.find((python) => spawnSync(python, ['-c', 'import torch']).status === 0);
  if (found !== undefined) return found;
  throw new UsageError(
    `--against torch: ${candidates.join(' and ')} cannot import torch; install PyTorch, or name a Python that has it in MIXGRAD_PYTHON`,
  );
}

/** Runs one measurement in a process of its own. */
export function torchStep(python: string, settings: BenchSettings): BenchResult {
  const { model, width, norm, batch, steps, threads } = settings;
  const sized = width === null ? {} : { width };
  const measured = { model, ...sized, norm, batch, steps, threads: threads ?? availableParallelism() };
  const flags = Object.entries(measured).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { status, signal, stdout, stderr } = spawnSync(python, ['-B', program, ...flags], {
    encoding: 'utf8',
  });
  try {
    if (status === 0) return JSON.parse(stdout) as BenchResult;
  } catch {
    throw new Ending(
      `${python}: PyTorch's step printed no result but '${stdout.slice(0, 100).trimEnd()}'`,
      exitCodes.failed,
    );
  }
  // Python's last line names the error.
  const reason = stderr.trimEnd().split('\n').at(-1) || `it was ended by ${signal}`;
  throw new Ending(`${python}: PyTorch's step failed: ${reason}`, exitCodes.failed);
}
