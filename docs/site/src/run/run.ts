// Runs a program that imports mixgrad, in a worker of its own.
import libraryUrl from 'mixgrad?url';
import type { Message } from './inside.js';
import insideUrl from './inside.ts?worker&url';

/** What is wrong with a program, and in which of its lines, counted from 1; 0 where that is not known. */
export class ProgramError extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message.replace(/^Uncaught /, '').replaceAll(libraryUrl, 'mixgrad'));
  }
}

export interface RunOptions {
  /** Takes what the program prints. */
  onLog: (text: string) => void;
  /** Ends the program. */
  signal?: AbortSignal;
}

/** The program with the library's address, in the same lines. */
const withLibrary = (code: string) =>
  code.replaceAll(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])mixgrad\2/g, (_, before) => `${before}'${libraryUrl}'`);

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
 * Why a program cannot begin. A worker does not say; of a script browsers tell the line. It is one of this page that
 * throws before the program's first statement.
 */
const faultOf = (code: string): Promise<ProgramError> =>
  withUrl(`throw null; ${code}`, async (url) => {
    const script = Object.assign(document.createElement('script'), { type: 'module', src: url });
    const heard = new AbortController();
    const fault = await new Promise<ProgramError>((resolve) => {
      const hear = (event: ErrorEvent) => {
        if (event.filename !== url) return;
        event.preventDefault();
        resolve(new ProgramError(event.message, event.lineno));
      };
      addEventListener('error', hear, { signal: heard.signal });
      script.onerror = () => resolve(new ProgramError('something that it imports cannot be loaded', 0));
      document.head.append(script);
    });
    heard.abort();
    script.remove();
    return fault;
  });

/**
 * Runs a program to the end of its text.
 * @throws ProgramError where it fails, and the signal's reason where that ends it
 */
export async function runProgram(code: string, { onLog, signal }: RunOptions): Promise<void> {
  signal?.throwIfAborted();
  const program = withLibrary(code);
  const module = `import '${insideUrl}'; ${program}\n;self.postMessage({ kind: 'end' });`;
  await withUrl(module, async (url) => {
    const worker = new Worker(url, { type: 'module' });
    try {
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        worker.onmessage = ({ data }: MessageEvent<Message>) => {
          if (data.kind === 'end') resolve();
          else if (data.kind === 'log') onLog(data.text);
          else reject(new ProgramError(data.message, data.line));
        };
        worker.onerror = () => faultOf(program).then(reject, reject);
      });
    } finally {
      worker.terminate();
    }
  });
}
