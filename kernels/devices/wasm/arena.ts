// Buffers inside one WebAssembly memory: rounded sizes, and a free list for each of them.

const PAGE = 65536;
/** The most a 32-bit memory can hold. */
const MAX_PAGES = 65536;

/** Free bytes that lie together. */
interface Span {
  start: number;
  size: number;
}

/** Hands out byte ranges of a growing WebAssembly memory and takes them back for reuse. */
export class Arena {
  /** Bytes in ranges that were given back. */
  pooled = 0;
  private readonly lists = new Map<number, number[]>();
  /** Free bytes of any size: what merge() made of the lists. */
  private spans: Span[] = [];
  private readonly base: number;

  constructor(
    readonly memory: WebAssembly.Memory,
    /** First byte that was never handed out. */
    private top: number,
    /** Pages that it may have. */
    private readonly most = MAX_PAGES,
  ) {
    this.base = top;
  }

  /** Bytes that it may have. */
  get limit(): number {
    return this.most * PAGE;
  }

  /** The first byte of a range of at least `bytes` bytes, aligned to 64. @throws RangeError when memory is full */
  allocate(bytes: number): number {
    const size = rounded(bytes);
    const reused = this.reuse(size);
    if (reused !== undefined) return reused;
    if (this.pooled >= size && this.top + size > this.memory.buffer.byteLength) {
      this.merge();
      const found = this.reuse(size);
      if (found !== undefined) return found;
    }
    const start = this.top;
    this.grow(start + size);
    this.top += size;
    return start;
  }

  /** Takes back a range of `bytes` bytes that allocate() handed out. */
  free(start: number, bytes: number): void {
    const size = rounded(bytes);
    const list = this.lists.get(size);
    if (list) list.push(start);
    else this.lists.set(size, [start]);
    this.pooled += size;
    if (this.pooled === this.top - this.base) this.reset();
  }

  /** Begins anew where nothing is in use. */
  private reset(): void {
    this.lists.clear();
    this.spans = [];
    this.pooled = 0;
    this.top = this.base;
  }

  /** A range of this size that was given back, or the beginning of a larger span. */
  private reuse(size: number): number | undefined {
    const start = this.lists.get(size)?.pop() ?? this.cut(size);
    if (start !== undefined) this.pooled -= size;
    return start;
  }

  private cut(size: number): number | undefined {
    const at = this.spans.findIndex((span) => span.size >= size);
    if (at < 0) return undefined;
    const span = this.spans[at];
    const { start } = span;
    span.start += size;
    span.size -= size;
    if (span.size === 0) this.spans.splice(at, 1);
    return start;
  }

  /** Joins free neighbours, so that what was given back in small ranges serves large ones. */
  private merge(): void {
    const free = [...this.spans];
    for (const [size, list] of this.lists) for (const start of list) free.push({ start, size });
    this.lists.clear();
    this.spans = [];
    let last: Span | undefined;
    for (const span of free.sort((a, b) => a.start - b.start)) {
      if (last && last.start + last.size === span.start) last.size += span.size;
      else {
        last = span;
        this.spans.push(span);
      }
    }
    if (last && last.start + last.size === this.top) {
      this.spans.pop();
      this.top = last.start;
      this.pooled -= last.size;
    }
  }

  private grow(end: number): void {
    const held = this.memory.buffer.byteLength / PAGE;
    const pages = Math.ceil(end / PAGE) - held;
    if (pages <= 0) return;
    if (held + pages > this.most) throw new RangeError(`${this.limit} bytes`);
    // Grow by an eighth at least: growing often is slow.
    const ample = Math.min(Math.max(pages, held >> 3), this.most - held);
    try {
      this.memory.grow(ample);
    } catch {
      this.memory.grow(pages);
    }
  }
}

/** Rounds up to eighths of a power of two, at least 64 bytes: few sizes, at most an eighth wasted. */
export function rounded(bytes: number): number {
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.ceil(Math.max(bytes, 1) / step) * step;
}
