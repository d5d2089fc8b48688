// A team of threads over one shared memory: jobs of one engine call, claimed one by one by whoever is free.
import { DeviceError } from '../../../errors.js';

/** What the engine exports: functions of pointers and numbers. */
export type Engine = Record<string, (...args: number[]) => number>;

/** Words of the control block. */
enum Word {
  /** Goes up with every call; workers sleep on it. */
  Call,
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
/** How often a thread looks before it sleeps, about half a millisecond: waking takes longer than most kernels. */
const SPINS = 100_000;

/** One engine call in jobs. Argument i of job j is first[i] + j·step[i], but for the two below. */
export interface Call {
  name: string;
  first: number[];
  step: number[];
  jobs: number;
  /** The argument that tells how many of the `total` units a job has: `chunk`, for the last what is left; or −1. */
  count: { argument: number; chunk: number; total: number };
  /** The argument that points to scratch memory, `step` bytes further for each thread; or −1. */
  scratch: { argument: number; step: number };
}

/** What a worker needs to join. */
export interface Invitation {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: ArrayBufferLike;
  thread: number;
}

/** Memory through which a team speaks; a team of one needs no shared memory. */
export function createControl(threads: number): ArrayBufferLike {
  const bytes = 4 * WORDS + 8 * (HEADER + 2 * MAX_ARGUMENTS);
  return threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}

/** Whether this thread can sleep on shared memory. The main thread of a page cannot: there a wait throws at once. */
function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, Word.Call, -1, 0);
    return true;
  } catch {
    return false;
  }
}

/** One thread of a team. */
export class Member {
  private readonly words: Int32Array;
  private readonly call: Float64Array;
  private readonly functions: readonly Engine[string][];
  /** Where each function stands among `functions`, which are the same in every thread. */
  private readonly places: ReadonlyMap<string, number>;
  private readonly maySleep: boolean;

  constructor(
    engine: Engine,
    control: ArrayBufferLike,
    private readonly thread: number,
  ) {
    this.words = new Int32Array(control, 0, WORDS);
    this.call = new Float64Array(control, 4 * WORDS);
    this.functions = Object.values(engine);
    this.places = new Map(Object.keys(engine).map((name, place) => [name, place]));
    this.maySleep = maySleep(this.words);
  }

  /** A worker's life: waits for calls and takes part in them. */
  serve(): never {
    let seen = 0;
    for (;;) {
      for (let i = 0; i < SPINS && Atomics.load(this.words, Word.Call) === seen; i++);
      Atomics.wait(this.words, Word.Call, seen);
      seen = Atomics.load(this.words, Word.Call);
      this.work();
    }
  }

  /** Runs a call of one job, or publishes it, works on it, and returns when all jobs are done. */
  run({ name, first, step, jobs, count, scratch }: Call): void {
    const { words, call } = this;
    const place = this.places.get(name)!;
    if (jobs === 1) {
      if (count.argument >= 0) first[count.argument] = count.total;
      try {
        this.functions[place](...first);
      } catch (error) {
        throw new DeviceError(`wasm: ${name} failed: ${(error as Error).message}`);
      }
      return;
    }
    const number = Atomics.load(words, Word.Call) + 1;
    // A claim that nobody can take: a worker late from the last call must not mix its claim with the new jobs.
    Atomics.store(words, Word.Claim, (number << 16) | 0xffff);
    const header = [place, first.length, count.argument, count.chunk, count.total];
    call.set([...header, scratch.argument, scratch.step]);
    call.set(first, HEADER);
    call.set(step, HEADER + MAX_ARGUMENTS);
    Atomics.store(words, Word.Done, 0);
    Atomics.store(words, Word.Jobs, jobs);
    Atomics.store(words, Word.Claim, number << 16);
    Atomics.store(words, Word.Call, number);
    Atomics.notify(words, Word.Call);
    this.work();
    for (let i = 0; i < SPINS && Atomics.load(words, Word.Done) < jobs; i++);
    for (let done = Atomics.load(words, Word.Done); done < jobs; done = Atomics.load(words, Word.Done)) {
      if (this.maySleep) Atomics.wait(words, Word.Done, done, 100);
    }
    if (Atomics.exchange(words, Word.Failed, 0))
      throw new DeviceError(`wasm: ${name} failed: see the error above`);
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
    const { call } = this;
    const [place, length, countAt, chunk, total, scratchAt, scratchStep] = call;
    const args: number[] = [];
    for (let i = 0; i < length; i++) args.push(call[HEADER + i] + job * call[HEADER + MAX_ARGUMENTS + i]);
    if (countAt >= 0) args[countAt] = Math.min(chunk, total - job * chunk);
    if (scratchAt >= 0) args[scratchAt] += this.thread * scratchStep;
    this.functions[place](...args);
  }
}

/** A worker's whole life: joins the team, says so, and serves until it is ended. */
export function join({ module, memory, control, thread }: Invitation, sayReady: () => void): never {
  const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as Engine;
  const member = new Member(engine, control, thread);
  sayReady();
  return member.serve();
}
