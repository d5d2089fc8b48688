// A pool of threads over one shared memory: the jobs of one engine call, claimed one by one by whoever is free.
import { DeviceError } from '../../../errors.js';

/** What the engine exports: functions of pointers and numbers. */
export type Engine = Record<string, (...args: number[]) => number>;

/** Words of the control block. */
enum Word {
  /** The number of the call, which goes up with every one; workers sleep on it. */
  CallNumber,
  /** The call's number in the high half, the next unclaimed job in the low half. */
  Claim,
  Jobs,
  Done,
  Failed,
}

const WORDS = 8;
const MAX_ARGUMENTS = 32;
/** Numbers before the arguments: function, how many, `count` argument, chunk, total, scratch argument, step. */
const HEADER = 7;
/** How often a thread looks before it sleeps, at most: about half a millisecond. Waking takes longer than most kernels. */
const MOST_LOOKS = 100_000;
/** At least: where looking was in vain again and again, another process wants the core. */
const LEAST_LOOKS = 100;

/** One engine call in jobs. Argument i of job j is first[i] + j·step[i], but for the two below. */
export interface EngineCall {
  name: string;
  first: number[];
  step: number[];
  jobs: number;
  /** The argument that tells how many of the `total` units a job has: `chunk`, for the last what is left; or −1. */
  count: { argument: number; chunk: number; total: number };
  /** The argument that points to scratch memory, `step` bytes further for each thread; or −1. */
  scratch: { argument: number; step: number };
}

/** What a worker is started with. */
export interface WorkerData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: ArrayBufferLike;
  thread: number;
}

/** Memory through which the threads of a pool speak; a pool of one needs no shared memory. */
export function createControl(threads: number): ArrayBufferLike {
  const bytes = 4 * WORDS + 8 * (HEADER + 2 * MAX_ARGUMENTS);
  return threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** Whether this thread can sleep on shared memory. The main thread of a page cannot: there a wait throws at once. */
function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, Word.CallNumber, -1, 0);
    return true;
  } catch {
    return false;
  }
}

/** The pool, as one of its threads sees it. */
export class ThreadPool {
  private readonly words: Int32Array;
  /** The call that was published: header, first arguments, steps. */
  private readonly published: Float64Array;
  private readonly functions: readonly Engine[string][];
  /** The index of each function in `functions`, which is the same in every thread. */
  private readonly indices: ReadonlyMap<string, number>;
  private readonly maySleep: boolean;
  private looks = MOST_LOOKS;

  constructor(
    engine: Engine,
    control: ArrayBufferLike,
    private readonly thread: number,
  ) {
    this.words = new Int32Array(control, 0, WORDS);
    this.published = new Float64Array(control, 4 * WORDS);
    this.functions = Object.values(engine);
    this.indices = new Map(Object.keys(engine).map((name, index) => [name, index]));
    this.maySleep = maySleep(this.words);
  }

  /** A worker's life: waits for calls and takes part in them. */
  serve(): never {
    let seen = 0;
    for (;;) {
      if (!this.changes(Word.CallNumber, seen)) Atomics.wait(this.words, Word.CallNumber, seen);
      seen = Atomics.load(this.words, Word.CallNumber);
      this.work();
    }
  }

  /** Runs a call of one job, or publishes it, works on it, and returns when all jobs are done. */
  run({ name, first, step, jobs, count, scratch }: EngineCall): void {
    const { words, published } = this;
    const index = this.indices.get(name)!;
    if (jobs === 1) {
      if (count.argument >= 0) first[count.argument] = count.total;
      try {
        this.functions[index](...first);
      } catch (error) {
        throw new DeviceError(`wasm: ${name} failed: ${(error as Error).message}`);
      }
      return;
    }
    const number = Atomics.load(words, Word.CallNumber) + 1;
    // A claim that nobody can take: a worker late from the last call must not mix its claim with the new jobs.
    Atomics.store(words, Word.Claim, (number << 16) | 0xffff);
    const header = [index, first.length, count.argument, count.chunk, count.total];
    published.set([...header, scratch.argument, scratch.step]);
    published.set(first, HEADER);
    published.set(step, HEADER + MAX_ARGUMENTS);
    Atomics.store(words, Word.Done, 0);
    Atomics.store(words, Word.Jobs, jobs);
    Atomics.store(words, Word.Claim, number << 16);
    Atomics.store(words, Word.CallNumber, number);
    Atomics.notify(words, Word.CallNumber);
    this.work();
    for (let done = Atomics.load(words, Word.Done); done < jobs; done = Atomics.load(words, Word.Done)) {
      if (!this.changes(Word.Done, done) && this.maySleep) Atomics.wait(words, Word.Done, done, 100);
    }
    if (Atomics.exchange(words, Word.Failed, 0))
      throw new DeviceError(`wasm: ${name} failed: see the error above`);
  }

  /**
   * Looks whether a word leaves a value soon. A look that was in vain halves the next one, a change that was seen
   * doubles it: alone on its cores a pool hardly ever sleeps, beside other processes it leaves them the time.
   */
  private changes(word: Word, from: number): boolean {
    for (let i = 0; i < this.looks; i++) {
      if (Atomics.load(this.words, word) === from) continue;
      this.looks = Math.min(2 * this.looks, MOST_LOOKS);
      return true;
    }
    this.looks = Math.max(this.looks >> 1, LEAST_LOOKS);
    return false;
  }

  /** Claims and runs jobs until none is left. A claim carries the call's number, so that none comes too late. */
  private work(): void {
    const { words } = this;
    for (;;) {
      const claim = Atomics.load(words, Word.Claim);
      const jobs = Atomics.load(words, Word.Jobs);
      const job = claim & 0xffff;
      if (job >= jobs) return;
      if (Atomics.compareExchange(words, Word.Claim, claim, claim + 1) !== claim) continue;
      try {
        this.runJob(job);
      } catch (error) {
        Atomics.store(words, Word.Failed, 1);
        console.error(`mixgrad: ${(error as Error).stack}`);
      }
      if (Atomics.add(words, Word.Done, 1) + 1 === jobs) Atomics.notify(words, Word.Done);
    }
  }

  private runJob(job: number): void {
    const { published } = this;
    const [index, length, countAt, chunk, total, scratchAt, scratchStep] = published;
    const args: number[] = [];
    for (let i = 0; i < length; i++) {
      args.push(published[HEADER + i] + job * published[HEADER + MAX_ARGUMENTS + i]);
    }
    if (countAt >= 0) args[countAt] = Math.min(chunk, total - job * chunk);
    if (scratchAt >= 0) args[scratchAt] += this.thread * scratchStep;
    this.functions[index](...args);
  }
}

/** A worker's whole life: takes its place in the pool, says so, and serves until it is ended. */
export function runWorker({ module, memory, control, thread }: WorkerData, sayReady: () => void): never {
  const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as Engine;
  const pool = new ThreadPool(engine, control, thread);
  sayReady();
  return pool.serve();
}
