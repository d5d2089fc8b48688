// How a run begins: anew, as its flags say, or where another process left it.
import type { Command } from 'commander';
import { type Checkpoint, goBack, readCheckpoint, type Saved } from './checkpoint.js';
import type { Output } from './output.js';
import { resumeFlags } from './resume.js';
import { CONFIG, RunFolder } from './run-folder.js';

/** A run that was begun before: its folder, what config.json says there, and its checkpoint if it came to one. */
export interface Begun {
  folder: RunFolder;
  config: Record<string, unknown>;
  checkpoint: Checkpoint | null;
}

/** What a program makes of runs. */
export interface Runs<S> {
  /** The settings that a parsed command line asks for. */
  settingsOf(command: Command): S;
  /** Whether nothing is left to do in a folder whose run made its last update. */
  isComplete(folder: RunFolder, step: number): boolean;
  /** A run from its start, or from where it was, to its end. */
  goThrough(settings: S, begun: Begun | null, output: Output): Promise<void>;
  /** Prints what came of a run, whose files are written. */
  tell(folder: RunFolder, ended: 'finished', seconds: number, output: Output): void;
}

/** Runs as the flags say, or goes on with the run that --resume names. @throws what `goThrough` throws, UsageError */
export async function begin<S extends object>(
  command: Command,
  output: Output,
  runs: Runs<S>,
): Promise<void> {
  const { resume } = command.opts<{ resume?: string }>();
  if (resume === undefined) return runs.goThrough(runs.settingsOf(command), null, output);
  const folder = RunFolder.open(resume);
  const config = resumeFlags(command, folder);
  const settings = { ...runs.settingsOf(command), out: folder.path };
  const checkpoint = await readCheckpoint(folder, settings);
  const { step, total, elapsed_s } = checkpoint?.position ?? { step: 0, total: 1, elapsed_s: 0 };
  if (step === total && runs.isComplete(folder, step)) {
    output.say(`${folder.path}: this run has come to its end, nothing is left to do`);
    runs.tell(folder, 'finished', elapsed_s, output);
  } else {
    await runs.goThrough(settings, { folder, config, checkpoint }, output);
  }
}

/** Puts a run where it was left, or else writes down its settings and what they came to. */
export async function enter(run: Saved, facts: object, begun: Begun | null): Promise<void> {
  if (begun) return goBack(run, begun.checkpoint);
  const config = { ...run.settings, out: run.folder.path, ...facts };
  run.folder.write(CONFIG, `${JSON.stringify(config, null, 2)}\n`);
}

/** Where the files of a run are: 'written to runs/1', 'resumed after step 40 in runs/1'. */
export function placeOf({ step, folder }: Saved, begun: Begun | null): string {
  return `${begun ? `resumed after step ${step} in` : 'written to'} ${folder.path}`;
}
