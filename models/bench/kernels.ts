// Every kernel by itself: those of a training step with BN and with MN, each convolution of the network directly and by
// tiles, and shapes of other networks; each result checked before it is timed.
import { type Device, setDevice } from '../../lib/index.js';
import { type OpenedDevice, openFor } from '../run/device.js';
import type { Output } from '../run/output.js';
import { bestOf, type Ceiling, measureCeiling } from './ceiling.js';
import { rounded, table } from './figures.js';
import type { BenchFlags } from './flags.js';
import { type KernelRow, MeasuringDevice } from './measuring.js';
import { probes } from './probes.js';
import { Subject } from './step.js';
import { checkTimeable } from './wrapped.js';

/** All rows with their shares of the ceiling, the ceilings they are held against and the threads they ran on. */
export interface KernelFigures {
  device: string;
  threads: number;
  batch: number;
  ceiling: Ceiling;
  rows: (KernelRow & { share: number })[];
}

/** Measures all kernels on the device the flags ask for. */
export async function measureKernels(flags: BenchFlags): Promise<KernelFigures> {
  const opened = await openFor(flags);
  const others = await openWays(flags, opened);
  try {
    const { device, threads } = opened;
    checkTimeable('--kernels', device);
    const before = measureCeiling(device);
    const measuring = new MeasuringDevice(device, others, flags.steps);
    for (const norm of ['bn', 'mn'] as const) await measureNetwork({ ...flags, norm }, measuring, threads);
    setDevice(measuring);
    for (const { group, kernels = [], run } of probes) {
      measuring.named = kernels;
      for (const noted of ['', group]) {
        measuring.group = noted;
        run(flags.batch);
      }
    }
    const ceiling = bestOf(before, measureCeiling(device));
    const rows = measuring.rows.map((row) => ({ ...row, share: shareOf(row, ceiling) }));
    return { device: device.name, threads, batch: flags.batch, ceiling, rows };
  } finally {
    for (const device of [opened.device, ...Object.values(others)]) device.close();
  }
}

/** The wasm device's ways to convolve where the flags name none. */
async function openWays(flags: BenchFlags, { device }: OpenedDevice): Promise<Record<string, Device>> {
  if (device.name !== 'wasm' || flags.conv !== 'auto') return {};
  const open = async (conv: 'direct' | 'winograd') => (await openFor({ ...flags, conv })).device;
  return { direct: await open('direct'), winograd: await open('winograd') };
}

/** One step to settle what the first does otherwise, one to note the sizes, one to measure. */
async function measureNetwork(flags: BenchFlags, device: MeasuringDevice, threads: number): Promise<void> {
  const subject = new Subject(flags, device, threads);
  for (const group of ['', '', `${flags.model}, ${flags.norm}`]) {
    device.group = group;
    await subject.trainStep();
  }
  device.group = '';
}

function shareOf({ gflops, gbs }: KernelRow, ceiling: Ceiling): number {
  return rounded(gflops === undefined ? gbs! / ceiling.gbs : gflops / ceiling.gflops, 3);
}

/** A table for each group, or a JSON object a line. */
export function printKernels(figures: KernelFigures, output: Output): void {
  const { device, threads, batch, ceiling, rows } = figures;
  const { gflops, gbs } = ceiling;
  const tables = [...new Set(rows.map((row) => row.group))].map((group) => {
    const cells = rows.filter((row) => row.group === group).map(cellsOf);
    return `\n${table([[group, 'sizes', 'way', 'ms', 'speed', 'of ceiling', 'error'], ...cells], 3)}`;
  });
  const words = [
    `${device}, threads: ${threads}, batch ${batch}`,
    `ceiling: ${gflops.toFixed(1)} GFLOP/s in the cache, ${gbs.toFixed(1)} GB/s copying`,
    ...tables,
  ];
  const head = { device, threads, batch, ceiling: { gflops: rounded(gflops), gbs: rounded(gbs) } };
  output.result(words.join('\n'), head, ...rows);
}

function cellsOf(row: KernelFigures['rows'][number]): string[] {
  const { kernel, sizes, how = '', ms, gflops, gbs, share, error } = row;
  const speed = gflops === undefined ? `${gbs!.toFixed(1)} GB/s` : `${gflops.toFixed(1)} GFLOP/s`;
  return [kernel, sizes, how, ms.toFixed(3), speed, `${(100 * share).toFixed(0)} %`, error.toExponential(1)];
}
