// A device that checks and times kernels as they pass, on the very values they are called with.
import type { Device } from '../../lib/index.js';
import { bytesOf, canTile, flopsOf, sizesOf } from './counts.js';
import { median, rounded } from './figures.js';
import { worstError } from './samples.js';
import { type Buffer, type Kernel, type Plan, WrappedDevice } from './wrapped.js';

/** A difference this large, relative to the largest output, is a fault and not rounding. */
const WORST = 1e-4;

/** Milliseconds to spend on a kernel for each repetition that the user asked for: small ones are repeated more often. */
const SPENT = 20;

/** What one kernel does. */
export interface KernelRow {
  group: string;
  kernel: string;
  sizes: string;
  /** A convolution's way: 'winograd' or 'direct'. */
  how?: string;
  ms: number;
  /** Billions a second: operations of the definition, whatever the way, or bytes read and written. */
  gflops?: number;
  gbs?: number;
  error: number;
}

/** A device to run the kernel at hand on, and its inputs there. */
interface Way {
  how?: string;
  device: Device;
  inputs: readonly Buffer[];
}

/** Measures each kernel once at its largest; convolutions and products, and those that are named, at all their sizes. */
export class MeasuringDevice extends WrappedDevice {
  readonly rows: KernelRow[] = [];
  /** What the calls belong to. While it is empty nothing is measured and the sizes are noted. */
  group = '';
  /** Kernels that are measured at all their sizes in the group. */
  named: readonly string[] = [];
  private readonly largest = new Map<string, number>();
  private readonly seen = new Set<string>();

  constructor(
    inner: Device,
    /** Devices that convolve in one way each; none where the way is settled. */
    private readonly others: Readonly<Record<string, Device>>,
    /** The fewest repetitions. */
    private readonly repetitions: number,
  ) {
    super(inner);
  }

  override run(kernel: Kernel, inputs: readonly Buffer[], plan: Plan): Buffer {
    const { name } = kernel;
    const moved = bytesOf(inputs, plan);
    if (this.group === '') this.largest.set(name, Math.max(this.largest.get(name) ?? 0, moved));
    else if (this.wants(name, moved, plan)) this.measure(kernel, inputs, plan);
    return this.inner.run(kernel, inputs, plan);
  }

  private wants(name: string, moved: number, plan: Plan): boolean {
    const named = this.named.includes(name);
    const product = flopsOf(name, plan) > 0;
    if (!product && !named && moved !== this.largest.get(name)) return false;
    const sizes = named ? `${this.group} ${sizesOf(name, plan)}` : product ? sizesOf(name, plan) : '';
    const key = `${name} ${sizes}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    return true;
  }

  private measure(kernel: Kernel, inputs: readonly Buffer[], plan: Plan): void {
    const { name } = kernel;
    const ways = this.waysOf(name, inputs, plan);
    const errors = ways.map((way) => checked(kernel, plan, way));
    const times = timesInTurn(kernel, plan, ways, this.repetitions);
    ways.forEach(({ how, device, inputs: own }, i) => {
      this.rows.push({
        group: this.group,
        kernel: name,
        sizes: sizesOf(name, plan),
        ...(how && { how }),
        ...speedOf(flopsOf(name, plan), bytesOf(inputs, plan), times[i]),
        error: Number(errors[i].toExponential(1)),
      });
      if (device !== this.inner) for (const input of own) device.free(input);
    });
  }

  /** A convolution that tiles can do is measured in all ways. */
  private waysOf(name: string, inputs: readonly Buffer[], plan: Plan): Way[] {
    const others = canTile(name, plan) ? Object.entries(this.others) : [];
    if (others.length === 0) return [{ device: this.inner, inputs }];
    return others.map(([how, device]) => {
      return { how, device, inputs: inputs.map((input) => device.upload(this.inner.view(input))) };
    });
  }
}

/** Milliseconds, and operations or else bytes a second. */
function speedOf(flops: number, bytes: number, ms: number): Pick<KernelRow, 'ms' | 'gflops' | 'gbs'> {
  const speed = rounded((flops || bytes) / 1e6 / ms, 1);
  return { ms: rounded(ms, 5), ...(flops > 0 ? { gflops: speed } : { gbs: speed }) };
}

/** The error of a result. @throws Error where it is more than rounding */
function checked(kernel: Kernel, plan: Plan, { how = '', device, inputs }: Way): number {
  const { name } = kernel;
  const out = device.run(kernel, inputs, plan);
  const views = inputs.map((input) => device.view(input));
  const error = worstError(kernel, plan, views, device.view(out));
  device.free(out);
  if (error < WORST) return error;
  throw new Error(`${name} ${how} ${sizesOf(name, plan)} is wrong: relative error ${error.toExponential(1)}`);
}

/** Median milliseconds of each way, measured in turn. */
function timesInTurn(kernel: Kernel, plan: Plan, ways: readonly Way[], repetitions: number): number[] {
  const times = ways.map((): number[] => []);
  const end = performance.now() + SPENT * repetitions * ways.length;
  for (let i = 0; i < repetitions || performance.now() < end; i++) {
    ways.forEach(({ device, inputs }, way) => {
      const start = performance.now();
      const out = device.run(kernel, inputs, plan);
      times[way].push(performance.now() - start);
      device.free(out);
    });
  }
  return times.map(median);
}
