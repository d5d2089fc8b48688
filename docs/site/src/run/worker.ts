// The worker that runs one program. The library is one: the program's module and the watch share what this worker has loaded.
import * as mixgrad from '../../../../dist/lib/index.js';
import { formatLog } from '../../../../dist/models/tape/inspect.js';
import { TapeWatch } from '../../../../dist/models/tape/watch.js';
import { Names } from './names.js';
import type { Failure, Level, Order, Report, Seen } from './protocol.js';
import { ProgramError, rewrite } from './rewrite.js';

/** Lines of a program's output that are shown. */
const LINES = 1000;
/** Names of this worker that a program's module uses. */
const [LIBRARY, TELL] = ['mixgradOfThisWorker', 'mixgradTold'];

const send = (report: Report) => postMessage(report);
const names = new Names();
const watch = new TapeWatch(names);
/** The address of the program's module, which stands in its errors. */
let program = '';

/** The line of the program that a stack leads to first; 0 where it does not. */
function lineOf(stack: string): number {
  const at = program ? stack.indexOf(`${program}:`) : -1;
  return at < 0 ? 0 : Number.parseInt(stack.slice(at + program.length + 1), 10);
}

function failureOf(error: unknown): Failure {
  if (error instanceof ProgramError) return { message: error.message, line: error.line };
  if (error instanceof Error)
    return { message: `${error.name}: ${error.message}`, line: lineOf(error.stack ?? '') };
  return { message: `The program threw ${formatLog([error])}`, line: 0 };
}

function shareConsole(): void {
  let lines = 0;
  const say =
    (level: Level) =>
    (...values: unknown[]) => {
      lines++;
      if (lines <= LINES) send({ kind: 'log', level, text: formatLog(values) });
      if (lines === LINES)
        send({ kind: 'log', level: 'warn', text: 'What the program prints after this line is not shown.' });
    };
  const [log, warn, error] = (['log', 'warn', 'error'] as const).map(say);
  Object.assign(console, { log, info: log, debug: log, warn, error });
}

/** A module's text at an address of its own. */
const addressOf = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));

/** The library as a module that a program can import. */
function shareLibrary(isWatched: boolean): { address: string; exports: string[] } {
  const library = isWatched ? { ...mixgrad, backward: watch.backward, grad: watch.grad } : mixgrad;
  if (isWatched) {
    mixgrad.Tensor.prototype.backward = function (options) {
      watch.backward(this, options);
    };
  }
  const exports = Object.keys(library);
  Object.assign(globalThis, { [LIBRARY]: library, [TELL]: names.tell.bind(names) });
  return { address: addressOf(`export const { ${exports.join(', ')} } = globalThis.${LIBRARY};`), exports };
}

const seen = (note: string): Seen => ({ walks: watch.walks, further: watch.further, note });

async function run({ code, device, watch: isWatched }: Order): Promise<void> {
  Object.assign(Error, { stackTraceLimit: 100 });
  shareConsole();
  mixgrad.setDevice(await mixgrad.openDevice(device, device === 'wasm' ? { threads: 1 } : {}));
  let failure: Failure | null = null;
  try {
    const surroundings = { ...shareLibrary(isWatched), tell: isWatched ? TELL : '' };
    program = addressOf(rewrite(code, surroundings));
    if (isWatched) names.listen(lineOf);
    send({ kind: 'started' });
    await import(/* @vite-ignore */ program);
  } catch (error) {
    failure = failureOf(error);
  }
  const note = isWatched && !failure ? watch.lookBack(names.last) : '';
  send({ kind: 'done', failure, seen: seen(note) });
}

const fail = (error: unknown) => send({ kind: 'done', failure: failureOf(error), seen: seen('') });
/** What nobody caught is told once, by the page and not by the console. */
function uncaught(event: PromiseRejectionEvent | ErrorEvent): void {
  event.preventDefault();
  fail(event instanceof ErrorEvent ? (event.error ?? event.message) : event.reason);
}
addEventListener('unhandledrejection', uncaught);
addEventListener('error', uncaught);
addEventListener('message', ({ data }: MessageEvent<Order>) => run(data).catch(fail), { once: true });
