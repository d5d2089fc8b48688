// Buffers inside one WebAssembly memory: rounded sizes, and a free list for each of them.

const PAGE = 65536;
/** The most a 32-bit memory can hold. */
const MAX_PAGES = 65536;

/** Hands out byte ranges of a growing WebAssembly memory and takes them back for reuse. */
export class Arena {
  /** Bytes in ranges that were given back. */
  pooled = 0;
  private readonly lists = new Map<number, number[]>();

  constructor(
    readonly memory: WebAssembly.Memory,
    /** First byte that was never handed out. */
    private top: number,
  ) {}

  /** The first byte of a range of at least `bytes` bytes, aligned to 64. @throws RangeError when memory is full */
  allocate(bytes: number): number {
    const size = rounded(bytes);
    const reused = this.lists.get(size)?.pop();
    if (reused !== undefined) {
      this.pooled -= size;
      return reused;
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
  }

  private grow(end: number): void {
    const pages = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (pages <= 0) return;
    const held = this.memory.buffer.byteLength / PAGE;
    if (held + pages > MAX_PAGES) throw new RangeError('4 GiB');
    // Grow by an eighth at least: growing often is slow.
    this.memory.grow(Math.min(Math.max(pages, held >> 3), MAX_PAGES - held));
  }
}

/** Rounds up to eighths of a power of two, at least 64 bytes: few sizes, at most an eighth wasted. */
export function rounded(bytes: number): number {
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(Math.max(bytes, 1))) - 3));
  return Math.ceil(Math.max(bytes, 1) / step) * step;
}
