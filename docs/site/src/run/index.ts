// Runs a program that imports mixgrad, in a worker of its own.
import libraryUrl from 'mixgrad?url';
import type { Message } from './inside.js';
import insideUrl from './inside.ts?worker&url';

/** Why a program did not come to its end, and in which of its lines, counted from 1; 0 where that is not known. */
export interface Failure {
  message: string;
  line: number;
}

export interface RunOptions {
  /** Hears each line that the program prints. */
  onLog: (text: string) => void;
  /** Stops the program. */
  signal: AbortSignal;
}

/** How a program ended. */
export interface Result {
  end: 'done' | 'failed' | 'stopped';
  /** Why, where it failed. */
  failure: Failure | null;
  milliseconds: number;
}

/** Lines that a program may print: what has no end is not to fill the page. */
const LINES = 1000;

/** The program with the library's address, in the same lines. */
const withLibrary = (code: string) =>
  code.replaceAll(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])mixgrad\2/g, (_, before) => `${before}'${libraryUrl}'`);

const failureOf = (message: string, line: number): Failure => ({
  message: message.replace(/^Uncaught /, '').replaceAll(libraryUrl, 'mixgrad'),
  line,
});

/** Takes an address at which a module has this text. */
async function withUrl<T>(text: string, take: (url: string) => Promise<T>): Promise<T> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return await take(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * Why a program cannot begin. Of a worker browsers do not say; of a script they tell the line. So it becomes one of this
 * page, which throws before the program's first statement.
 */
const whyNot = (code: string): Promise<Failure> =>
  withUrl(`throw null; ${code}`, async (url) => {
    const script = Object.assign(document.createElement('script'), { type: 'module', src: url });
    const heard = new AbortController();
    const failure = await new Promise<Failure>((resolve) => {
      const hear = (event: ErrorEvent) => {
        if (event.filename !== url) return;
        event.preventDefault();
        resolve(failureOf(event.message, event.lineno));
      };
      addEventListener('error', hear, { signal: heard.signal });
      script.onerror = () => resolve(failureOf('Something that the program imports cannot be loaded.', 0));
      document.head.append(script);
    });
    heard.abort();
    script.remove();
    return failure;
  });

/** Runs a program to the end of its text. What it does wrong is in the result. */
export function runProgram(code: string, { onLog, signal }: RunOptions): Promise<Result> {
  const program = withLibrary(code);
  const module = `import '${insideUrl}'; ${program}\n;self.postMessage({ kind: 'end' });`;
  return withUrl(module, async (url) => {
    const start = performance.now();
    const worker = new Worker(url, { type: 'module' });
    let lines = 0;
    const [end, failure] = await new Promise<[Result['end'], Failure | null]>((resolve) => {
      const fail = (failure: Failure) => resolve(['failed', failure]);
      signal.addEventListener('abort', () => resolve(['stopped', null]), { once: true });
      worker.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.kind === 'end') resolve(['done', null]);
        else if (data.kind === 'error') fail(failureOf(data.message, data.line));
        else if (lines++ < LINES) onLog(data.text);
        else fail(failureOf(`The program prints more than ${LINES} lines.`, 0));
      };
      worker.onerror = () => whyNot(program).then(fail);
    });
    worker.terminate();
    return { end, failure, milliseconds: performance.now() - start };
  });
}
