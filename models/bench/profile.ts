// Where the time of a training step goes: a device that times its kernels, and the rest of the step beside them.
import { openFor } from '../run/device.js';
import type { Output } from '../run/output.js';
import { milliseconds, rounded, table } from './figures.js';
import type { BenchFlags } from './flags.js';
import { Subject } from './step.js';
import { type Buffer, checkTimeable, type Kernel, type Plan, WrappedDevice } from './wrapped.js';

/** Calls and time of one kind of work, in one step. */
interface ProfileRow {
  what: string;
  calls: number;
  ms: number;
  /** Of the whole step, from 0 to 1. */
  share: number;
}

/** The rows add up to the step. */
export interface Profile {
  model: string;
  norm: string;
  batch: number;
  device: string;
  threads: number;
  steps: number;
  /** Mean of all steps, for only means add up. */
  train_step_ms: number;
  rows: ProfileRow[];
}

/** The step's time outside the device: tape, allocation, moving values between devices and ordinary memory. */
const REST = 'JavaScript (tape, allocation, …)';

/** Adds up the time of every kernel and of uploads. */
class TimedDevice extends WrappedDevice {
  readonly totals = new Map<string, { calls: number; ms: number }>();

  override run(kernel: Kernel, inputs: readonly Buffer[], plan: Plan): Buffer {
    const { name } = kernel;
    const what = name.startsWith('conv') ? `${name} to [${plan.shape}]` : name;
    return this.timed(what, () => this.inner.run(kernel, inputs, plan));
  }

  override upload(data: ArrayLike<number>): Buffer {
    return this.timed('upload', () => this.inner.upload(data));
  }

  private timed<T>(what: string, call: () => T): T {
    const start = performance.now();
    const result = call();
    const total = this.totals.get(what) ?? { calls: 0, ms: 0 };
    total.ms += performance.now() - start;
    total.calls++;
    this.totals.set(what, total);
    return result;
  }
}

/** Profiles training steps, after one to warm up. */
export async function profile(flags: BenchFlags): Promise<Profile> {
  const opened = await openFor(flags);
  try {
    checkTimeable('--profile', opened.device);
    const device = new TimedDevice(opened.device);
    const subject = new Subject(flags, device, opened.threads);
    await subject.trainStep();
    device.totals.clear();
    const total = await milliseconds(async () => {
      for (let i = 0; i < flags.steps; i++) await subject.trainStep();
    });
    const { model, norm, batch, steps } = flags;
    return {
      model,
      norm,
      batch,
      device: device.name,
      threads: opened.threads,
      steps,
      train_step_ms: rounded(total / steps, 3),
      rows: rowsOf(device, total, steps),
    };
  } finally {
    opened.device.close();
  }
}

function rowsOf({ totals }: TimedDevice, total: number, steps: number): ProfileRow[] {
  const row = (what: string, calls: number, ms: number) => ({
    what,
    calls: rounded(calls / steps, 1),
    ms: rounded(ms / steps, 3),
    share: rounded(ms / total, 4),
  });
  const inside = [...totals].sort(([, a], [, b]) => b.ms - a.ms);
  const rest = total - inside.reduce((sum, [, { ms }]) => sum + ms, 0);
  return [...inside.map(([what, { calls, ms }]) => row(what, calls, ms)), row(REST, steps, rest)];
}

/** A convolution to more shapes than these is one row in the table. */
const MOST_SHAPES = 8;

/** The rows with those of a kernel in one where they are many, the longest first. */
function folded(rows: readonly ProfileRow[]): ProfileRow[] {
  const kernels = new Map<string, ProfileRow[]>();
  for (const row of rows) {
    const [kernel] = row.what.split(' to ');
    kernels.set(kernel, [...(kernels.get(kernel) ?? []), row]);
  }
  const few = [...kernels].flatMap(([kernel, same]) => {
    if (same.length <= MOST_SHAPES) return same;
    const sum = (field: 'calls' | 'ms' | 'share') => same.reduce((total, row) => total + row[field], 0);
    const what = `${kernel} to ${same.length} shapes`;
    return [{ what, calls: rounded(sum('calls'), 1), ms: sum('ms'), share: sum('share') }];
  });
  return few.sort((a, b) => Number(a.what === REST) - Number(b.what === REST) || b.ms - a.ms);
}

/** A table, or one JSON object. */
export function printProfile(found: Profile, output: Output): void {
  const { model, norm, batch, device, threads, steps, train_step_ms, rows } = found;
  const what = `${model} ${norm}  batch ${batch}  ${device}, threads: ${threads}  mean of ${steps} training steps`;
  const total: ProfileRow = { what: 'the step', calls: 1, ms: train_step_ms, share: 1 };
  const cells = [...folded(rows), total].map(({ what, calls, ms, share }) => [
    what,
    String(calls),
    ms.toFixed(3),
    `${(100 * share).toFixed(1)} %`,
  ]);
  output.result(`${what}\n${table([['', 'calls', 'ms', 'share'], ...cells])}`, found);
}
