// The header of safetensors files: JSON without duplicate keys, whose sizes and offsets are plain integers.
import { DataError } from '../errors.js';

/** A value in the header. Objects are Maps, which keep the order of all keys and know no prototype. */
export type HeaderValue = string | number | boolean | null | HeaderValue[] | Map<string, HeaderValue>;

/** The longest header that the format allows, in bytes. */
export const MOST_HEADER_BYTES = 100_000_000;

/** How deep values may nest, as in the format's own reader. */
const MOST_LEVELS = 128;
const TOKEN = /[{}[\],:"]|[^\s{}[\],:"]+/g;
const QUOTE_OR_ESCAPE = /["\\]/g;
/** What holds integers; a tensor may have more entries, which nobody reads. */
const COUNTS = ['shape', 'data_offsets'];
const INTEGER = /^(0|[1-9]\d*)$/;

/** An error that says what is wrong with a file. */
export function damaged(reason: string, cause?: unknown): DataError {
  return new DataError(`safetensors: damaged: ${reason}`, { cause });
}

/** The header's object. @throws DataError saying what is wrong with it, and with which key */
export function parseHeader(bytes: Uint8Array): Map<string, HeaderValue> {
  const text = decodeText(bytes);
  if (!text.startsWith('{')) {
    throw damaged(`the header begins with ${JSON.stringify(text.slice(0, 1))}, expected "{"`);
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    throw damaged('the header is not JSON', cause);
  }
  return new Reader(text).object([]);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw damaged('the header is not UTF-8', cause);
  }
}

/** Whether a text is one that UTF-8 has: no half of a surrogate pair stands alone. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value);
}

/** Reads the tokens of a text that is known to be JSON. */
class Reader {
  private at = 0;
  private token = '';

  constructor(private readonly text: string) {
    this.next();
  }

  object(path: readonly string[]): Map<string, HeaderValue> {
    const found = new Map<string, HeaderValue>();
    this.list('}', () => {
      const key = this.string(path);
      this.next(); // the colon
      if (found.has(key)) throw damaged(`${where([...path, key])} is there twice`);
      found.set(key, this.value([...path, key]));
    });
    return found;
  }

  private value(path: readonly string[]): HeaderValue {
    if (path.length >= MOST_LEVELS) throw damaged(`${path[0]} is nested deeper than ${MOST_LEVELS} levels`);
    if (this.token === '{') return this.object(path);
    if (this.token === '[') {
      const found: HeaderValue[] = [];
      this.list(']', () => found.push(this.value([...path, String(found.length)])));
      return found;
    }
    if (this.token.startsWith('"')) return this.string(path);
    const literal = this.next();
    const value: boolean | null | number = JSON.parse(literal);
    const counted = typeof value === 'number' && COUNTS.includes(path[1]);
    if (!counted || INTEGER.test(literal)) return value;
    throw damaged(`${where(path)} is ${literal}, expected an integer of at least 0 in plain digits`);
  }

  /** Reads entries to the closing bracket. */
  private list(end: string, entry: () => void): void {
    while (this.next() !== end) {
      if (this.token === end) continue;
      entry();
    }
  }

  private string(path: readonly string[]): string {
    const text: string = JSON.parse(this.next());
    if (isText(text)) return text;
    throw damaged(`${where(path)} has half of a surrogate pair in ${JSON.stringify(text)}`);
  }

  /** Steps on; returns the token that was there. */
  private next(): string {
    const { token, text } = this;
    const start = find(TOKEN, text, this.at);
    this.at = text[start] === '"' ? endOfString(text, start) : TOKEN.lastIndex;
    this.token = text.slice(start, this.at);
    return token;
  }
}

/** Where a pattern is found, at `from` or after; the text's end where it is not. Sets lastIndex behind it. */
function find(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  if (found) return found.index;
  pattern.lastIndex = text.length;
  return text.length;
}

/** Behind the quote that ends a string. One pattern for a whole string would need a stack as deep as it is long. */
function endOfString(text: string, start: number): number {
  let at = find(QUOTE_OR_ESCAPE, text, start + 1);
  while (text[at] === '\\') at = find(QUOTE_OR_ESCAPE, text, at + 2);
  return at + 1;
}

/** A key and the way into its value, such as `weight.shape.0`. */
function where(path: readonly string[]): string {
  return path.join('.') || 'the header';
}
