// Runs golden cases on one device and reports what ran, what was skipped and what is wrong.
import { add, type Device, mul, sum, type Tensor } from '../../lib/index.js';
import { format, sameShape } from '../../lib/shape.js';
import { worstDifference } from '../compare.js';
import { findAdapter, toTensor } from './adapters.js';
import type { GoldenCase, Values } from './fixtures.js';
import type { Tolerance } from './tolerances.js';

/** What running the cases on one device gave. */
export interface GoldenReport {
  ran: GoldenCase[];
  /** Cases left out, by operation: the library does not export it. */
  skipped: Map<string, number>;
  /** One line each: case, tensor, worst index, got, expected. */
  failures: string[];
  /** The largest relative error, with its case and tensor. */
  worst: { forward: Worst; gradient: Worst };
}

interface Worst {
  error: number;
  where: string;
}

/** Runs every case whose operation exists. */
export async function runGolden(
  cases: readonly GoldenCase[],
  device: Device,
  tolerance: Tolerance,
): Promise<GoldenReport> {
  const none = { error: 0, where: 'none' };
  const report: GoldenReport = {
    ran: [],
    skipped: new Map(),
    failures: [],
    worst: { forward: none, gradient: none },
  };
  for (const golden of cases) {
    try {
      const adapter = findAdapter(golden.op);
      if (adapter) {
        report.ran.push(golden);
        await runCase(golden, adapter, device, tolerance, report);
      } else {
        report.skipped.set(golden.op, (report.skipped.get(golden.op) ?? 0) + 1);
      }
    } catch (error) {
      report.failures.push(`${golden.name}: ${(error as Error).name}: ${(error as Error).message}`);
    }
  }
  return report;
}

type Adapter = NonNullable<ReturnType<typeof findAdapter>>;

async function runCase(
  golden: GoldenCase,
  adapter: Adapter,
  device: Device,
  tolerance: Tolerance,
  report: GoldenReport,
): Promise<void> {
  const inputs = Object.fromEntries(
    Object.entries(golden.inputs).map(([key, value]) => [
      key,
      toTensor(value, device, key in golden.gradients),
    ]),
  );
  const outputs = await adapter({ golden, attrs: golden.attrs as never, inputs, device });
  const note = async (kind: 'forward' | 'gradient', key: string, got: Tensor | null, expected: Values) => {
    const found = await judge(got, expected);
    const where = `${golden.name}, ${kind === 'forward' ? key : `gradient of ${key}`}`;
    if (found.error > report.worst[kind].error) report.worst[kind] = { error: found.error, where };
    if (!(found.error <= tolerance[kind])) {
      const bound = `relative error ${found.error.toExponential(2)} exceeds ${tolerance[kind]}`;
      report.failures.push(`${where}: ${found.what}; ${bound}`);
    }
  };
  for (const [key, expected] of Object.entries(golden.outputs)) {
    await note('forward', key, outputs[key] ?? null, expected);
  }
  if (Object.keys(golden.gradients).length === 0) return;
  weighted(outputs, golden.cotangents, device).backward();
  for (const [key, expected] of Object.entries(golden.gradients)) {
    await note('gradient', key, inputs[key]?.grad ?? null, expected);
  }
}

/** Σ output·cotangent */
function weighted(
  outputs: Record<string, Tensor>,
  cotangents: Record<string, Values>,
  device: Device,
): Tensor {
  return Object.entries(cotangents)
    .map(([key, cotangent]) => sum(mul(outputs[key], toTensor(cotangent, device))))
    .reduce((a, b) => add(a, b));
}

async function judge(got: Tensor | null, expected: Values): Promise<{ error: number; what: string }> {
  const wrong = { error: Number.POSITIVE_INFINITY };
  if (!got) return { ...wrong, what: 'nothing there' };
  if (!sameShape(got.shape, expected.shape)) {
    return { ...wrong, what: `shape ${format(got.shape)}, expected ${format(expected.shape)}` };
  }
  const found = worstDifference(await got.data(), expected.data, expected.shape);
  return {
    error: found.error,
    what: `worst at ${format(found.index)}: got ${found.got}, expected ${found.expected}`,
  };
}
