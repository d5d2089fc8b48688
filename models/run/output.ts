// What a program prints: what it says on the way, and at the end its result.
import type { Command } from 'commander';

/** How to print. */
export interface OutputFlags {
  /** The result as JSON, alone on stdout; what is said on the way goes to stderr. */
  json?: boolean;
  /** Nothing on the way, and the result as JSON only. */
  quiet?: boolean;
}

/** Prints as the flags say. */
export interface Output {
  readonly quiet: boolean;
  /** A line on the way. */
  say(line: string): void;
  /** The result, in words or as objects, one a line. */
  result(words: string, ...objects: object[]): void;
}

/** Adds the flags that say how to print. */
export function addOutputFlags(command: Command): void {
  command
    .option('--json', 'print the result as JSON on stdout, all else on stderr')
    .option('--quiet', 'print errors only and, with --json, the result');
}

/** Opens the output. */
export function openOutput({ json = false, quiet = false }: OutputFlags): Output {
  return {
    quiet,
    say(line) {
      if (quiet) return;
      if (json) console.error(line);
      else console.log(line);
    },
    result(words, ...objects) {
      if (json) for (const object of objects) console.log(JSON.stringify(object));
      else if (!quiet) console.log(words);
    },
  };
}
