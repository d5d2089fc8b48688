// Values as Node's console.log prints them, for programs that run in a page: what a chapter says a program prints is what one sees.
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const WIDTH = 80;
/** Entries that are shown, levels that are, and levels that may share a line. */
const MOST = { entries: 100, depth: 2, compact: 3 };
/** Entries up to which a list is not set in columns. */
const ROW = 6;

/** The arguments of console.log as one text. */
export function formatLog(values: readonly unknown[]): string {
  return values
    .map((value) => (typeof value === 'string' ? value : new Inspection().show(value, 0)))
    .join(' ');
}

/** How an object is shown: what stands before its entries, between which brackets, and the entries. */
interface Parts {
  head: string;
  brackets: readonly [string, string];
  entries: string[];
  /** The values where it is a list. */
  list: ArrayLike<unknown> | null;
}

class Inspection {
  private readonly inside: object[] = [];
  private indent = 0;
  /** The depth of the object that was shown last. */
  private depth = 0;

  show(value: unknown, depth: number): string {
    if (typeof value === 'string') return quoted(value);
    if (typeof value === 'function') return functionName(value);
    if (typeof value !== 'object' || value === null) return primitive(value);
    if (this.inside.includes(value)) return '[Circular]';
    const own = ownText(value);
    if (own !== null) return own.replaceAll('\n', `\n${' '.repeat(this.indent)}`);
    if (depth > MOST.depth && !isEmpty(value)) return `[${className(value) || 'Object'}]`;
    this.inside.push(value);
    this.depth = depth;
    const text = this.layOut(this.partsOf(value, depth), depth);
    this.inside.pop();
    return text;
  }

  private nested(value: unknown, depth: number): string {
    this.indent += 2;
    const text = this.show(value, depth + 1);
    this.indent -= 2;
    return text;
  }

  private partsOf(value: object, depth: number): Parts {
    const name = className(value);
    const show = (each: unknown) => this.nested(each, depth);
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
      const list = value as ArrayLike<unknown>;
      const head = name === 'Array' ? '' : `${name}(${list.length})`;
      const entries = Array.from(Array.prototype.slice.call(list, 0, MOST.entries), show);
      return { head, brackets: ['[', ']'], list, entries };
    }
    const head = name === 'Object' ? '' : name || '[Object: null prototype]';
    const found = { brackets: ['{', '}'] as const, list: null };
    if (value instanceof Map) {
      const entries = [...value].map(([key, each]) => `${show(key)} => ${show(each)}`);
      return { ...found, head: `${head}(${value.size})`, entries };
    }
    if (value instanceof Set)
      return { ...found, head: `${head}(${value.size})`, entries: [...value].map(show) };
    const entries = Object.entries(Object.getOwnPropertyDescriptors(value))
      .filter(([, { enumerable }]) => enumerable)
      .map(([key, { get, value: each }]) => `${keyText(key)}: ${get ? '[Getter]' : show(each)}`);
    return { ...found, head, entries };
  }

  private layOut({ head, brackets: [open, close], entries, list }: Parts, depth: number): string {
    const before = head ? `${head} ${open}` : open;
    if (entries.length === 0) return `${before}${close}`;
    const more = list && list.length > MOST.entries ? list.length - MOST.entries : 0;
    const all = more ? [...entries, `... ${more} more item${more > 1 ? 's' : ''}`] : entries;
    const rows = list && all.length > ROW ? columns(entries, list, all, this.indent) : all;
    const isWhole = rows.length === all.length;
    if (this.depth - depth < MOST.compact && isWhole) {
      const start = rows.length + this.indent + before.length + 10;
      const length = rows.reduce((sum, row) => sum + row.length, rows.length + start);
      const line = rows.join(', ');
      if (length <= WIDTH && !line.includes('\n')) return `${before} ${line} ${close}`;
    }
    const lead = `\n${' '.repeat(this.indent)}`;
    return `${before}${lead}  ${rows.join(`,${lead}  `)}${lead}${close}`;
  }
}

/** Entries of a long list set in columns; as they are where columns would not help. */
function columns(
  entries: readonly string[],
  list: ArrayLike<unknown>,
  all: string[],
  indent: number,
): string[] {
  const lengths = entries.map(({ length }) => length + 2);
  const [total, widest] = [lengths.reduce((sum, length) => sum + length, 0), Math.max(...lengths)];
  if (widest * 3 + indent >= WIDTH || (total / widest <= 5 && widest > 8)) return all;
  const usual = Math.max(widest - 3 - Math.sqrt(widest - total / entries.length), 1);
  const count = Math.min(
    Math.round(Math.sqrt(2.5 * usual * all.length) / usual),
    Math.floor((WIDTH - indent) / widest),
    MOST.compact * 4,
    15,
  );
  if (count <= 1) return all;
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...lengths.filter((_, i) => i % count === column)),
  );
  const isNumeric = Array.prototype.every.call(list, (value) => /^(number|bigint)$/.test(typeof value));
  const rows: string[] = [];
  for (let first = 0; first < entries.length; first += count) {
    const row = entries.slice(first, first + count);
    const cells = row.map((entry, i) => {
      const isLast = i === row.length - 1;
      if (isNumeric) return isLast ? entry.padStart(widths[i] - 2) : `${entry}, `.padStart(widths[i]);
      return isLast ? entry : `${entry}, `.padEnd(widths[i]);
    });
    rows.push(cells.join(''));
  }
  return [...rows, ...all.slice(entries.length)];
}

/** What an object says of itself; null where it says nothing. */
function ownText(value: object): string | null {
  const inspect = (value as Record<symbol, unknown>)[INSPECT];
  if (typeof inspect === 'function') return String(inspect.call(value, MOST.depth, {}));
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return value.toISOString();
  const isPlain = Array.isArray(value) || ArrayBuffer.isView(value) || !('toString' in value);
  return isPlain || value.toString === Object.prototype.toString ? null : String(value);
}

function isEmpty(value: object): boolean {
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  return ((value as { length?: number }).length ?? Object.keys(value).length) === 0;
}

const className = (value: object): string => Object.getPrototypeOf(value)?.constructor?.name ?? '';

function functionName(value: { name: string }): string {
  if (/^class\b/.test(Function.prototype.toString.call(value)))
    return `[class ${value.name || '(anonymous)'}]`;
  return value.name ? `[Function: ${value.name}]` : '[Function (anonymous)]';
}

const keyText = (key: string) => (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quoted(key));

function quoted(text: string): string {
  const quote = ["'", '"', '`'].find((each) => !text.includes(each)) ?? "'";
  const escapes: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\b': '\\b',
    '\\': '\\\\',
  };
  const escaped = text.replace(/[\n\t\r\b\\]/g, (sign) => escapes[sign]);
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

function primitive(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}
