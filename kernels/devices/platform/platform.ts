// What differs between Node and a page. node.ts and page.ts fulfil it; '#platform' is the one of where the program runs.
import type { WorkerData } from '../wasm/threads/pool.js';

/** The four builds of the engine: with relaxed SIMD or without, for shared memory or for one thread. */
export type EngineBuild = `engine${'' | '-relaxed'}${'' | '-threads'}`;

/** A worker thread; only Node's can keep a process alive. */
export interface Thread {
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
}

/** What a worker thread tells who started it. */
export interface ThreadEvents {
  /** It takes part from now on. */
  ready(): void;
  /** It does not start, or has ended. */
  failed(reason: string): void;
}

/** Everything that Node and pages do differently. */
export interface Platform {
  /** Whether threads can share memory: in Node, and in pages that are isolated from others. */
  readonly sharesMemory: boolean;
  /** Cores this process may use, or 1 where threads cannot share memory. */
  readonly cores: number;
  /** Bytes of ordinary memory that the process may use, as far as can be told. */
  readonly memoryLimit: number;
  /** Of these, bytes that are still free. */
  memoryLeft(): number;
  /** The bytes of the engine at once; null where that is impossible. @throws Error where they cannot be read */
  readonly readEngineSync: ((build: EngineBuild) => BufferSource) | null;
  /** The bytes of the engine. @throws Error where they cannot be read */
  readEngine(build: EngineBuild): Promise<BufferSource>;
  /** Asks the engine that runs WebAssembly for relaxed SIMD, where that can be asked for. */
  allowRelaxedSimd(): void;
  /** Starts a worker thread of a pool. @throws Error where it can tell at once that none starts */
  startThread(data: WorkerData, events: ThreadEvents): Thread;
  /** Whether looking for a GPU makes sense: false where that would only load a large package and print warnings. */
  mayHaveGpu(): boolean;
  /** Sees to it that there is `navigator.gpu`. @throws Error where there is no WebGPU */
  provideWebgpu(): Promise<void>;
}
