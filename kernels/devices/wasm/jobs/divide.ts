// Divides an engine call into jobs for the thread pool. The jobs depend on sizes alone, never on the number of threads.
import type { Lookup, Native } from '../natives.js';
import type { EngineCall } from '../threads/pool.js';

/** The most jobs of a call: enough to balance a few threads, few enough that what each repeats stays small. */
const MAX_JOBS = 8;

/** Up to this many elements one job is faster. */
const MIN_ELEMENTS = 16384;

/** Where an array lies in memory. */
export interface ArrayAt {
  pointer: number;
  length: number;
}

/** The call of a native on the output, the inputs and values, and how these change from job to job. */
export function divide(
  name: string,
  { constants, split }: Native,
  number: Lookup,
  arrays: readonly ArrayAt[],
  values: readonly number[],
): EngineCall {
  const first = [...arrays.map(({ pointer }) => pointer), ...values];
  const step = first.map(() => 0);
  const call = {
    name,
    first,
    step,
    jobs: 1,
    count: { argument: -1, chunk: 1, total: 1 },
    scratch: { argument: -1, step: 0 },
  };
  if (!split) return call;
  const total = split.ranged ? split.total(number) : number(split.over);
  const chunk = chunkOf(total, longest(arrays));
  call.jobs = Math.ceil(total / chunk);
  if (split.ranged) {
    call.count = { argument: first.length + 1, chunk, total };
    first.push(0, 0);
    step.push(chunk, 0);
  } else {
    call.count = { argument: arrays.length + constants.indexOf(split.over), chunk, total };
    for (const argument of [0, ...split.sliced.map((input) => input + 1)]) {
      step[argument] = (4 * chunk * arrays[argument].length) / total;
    }
  }
  return call;
}

/** Elements of the longest array of a call. */
export function longest(arrays: readonly ArrayAt[]): number {
  return Math.max(...arrays.map(({ length }) => length));
}

/** Units a job, a multiple of 16 where there are many, so that vectors stay whole. */
export function chunkOf(total: number, elements: number): number {
  if (elements <= MIN_ELEMENTS) return total;
  const chunk = Math.ceil(total / MAX_JOBS);
  return chunk < 64 ? chunk : 16 * Math.ceil(chunk / 16);
}
