// What a program in a worker imports first: the page hears what it prints, and what goes wrong.

export type Message =
  | { kind: 'log'; text: string }
  | { kind: 'error'; message: string; line: number }
  | { kind: 'end' };

const send = (message: Message) => postMessage(message);

/** A value as its reader expects it, much as Node prints it; `within` another it is shorter. */
function shown(value: unknown, within = false): string {
  if (typeof value === 'string') return within ? `'${value}'` : value;
  if (Object.is(value, -0)) return '-0';
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(part).join(', ')} ]`;
  if (ArrayBuffer.isView(value) && 'length' in value)
    return `${value.constructor.name}(${value.length}) ${shown(Array.from(value as Float32Array))}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = value.constructor === Object ? '' : value.constructor.name;
  if (name !== '' && within) return name;
  const entries = Object.entries(value).map(([key, one]) => `${key}: ${part(one)}`);
  return `${name} { ${entries.join(', ')} }`.trimStart();
}

const part = (value: unknown) => shown(value, true);

const print = (...values: unknown[]) =>
  send({ kind: 'log', text: values.map((value) => shown(value)).join(' ') });
Object.assign(console, { log: print, info: print, warn: print, error: print });

addEventListener('error', (event) => {
  event.preventDefault();
  // the program is the one blob; what failed inside the library was called from one of its lines
  const [, line = 0] = /\bblob:\S+?:(\d+):\d+/.exec(event.error?.stack ?? '') ?? [];
  send({ kind: 'error', message: event.message, line: Number(line) });
});
addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  reportError(event.reason);
});
