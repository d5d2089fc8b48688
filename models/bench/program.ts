// Times training and evaluation steps of a network on random images; one line of figures a run.
// --against, --beside, --profile and --kernels look closer: in turn with another, beside another process, by kernel,
// each kernel by itself.
import { openFor } from '../run/device.js';
import { type Output, openOutput } from '../run/output.js';
import { besideSentence, measureBeside } from './beside.js';
import type { BenchFlags } from './flags.js';
import { measureKernels, printKernels } from './kernels.js';
import { compare, printComparison } from './pairs.js';
import { printProfile, profile } from './profile.js';
import { peakBytes, Subject, sentence } from './step.js';

/** Measures what the flags ask for, and prints it. */
export async function runBenchmark(flags: BenchFlags): Promise<void> {
  const output = openOutput(flags);
  if (flags.against) printComparison(await compare(flags, flags.against), output);
  else if (flags.beside !== undefined) await measureSideBySide(flags, flags.beside, output);
  else if (flags.profile) printProfile(await profile(flags), output);
  else if (flags.kernels) printKernels(await measureKernels(flags), output);
  else await measureStep(flags, output);
}

async function measureStep(flags: BenchFlags, output: Output): Promise<void> {
  const { device, threads } = await openFor(flags);
  try {
    const subject = new Subject(flags, device, threads);
    const times = await subject.measure();
    const result = { ...subject.describe(times), peak_rss_bytes: peakBytes() };
    output.result(sentence(result), result);
  } finally {
    device.close();
  }
}

async function measureSideBySide(flags: BenchFlags, nice: number, output: Output): Promise<void> {
  const result = await measureBeside(flags, nice);
  output.result(besideSentence(result), result);
}
