// Times training and evaluation steps of a network on random images; one line of figures a run.
// --against, --beside, --profile and --kernels look closer: in turn with another, beside another process, by kernel,
// each kernel by itself.
import { besideSentence, measureBeside } from './bench/beside.js';
import { type BenchFlags, parseFlags } from './bench/flags.js';
import { measureKernels, printKernels } from './bench/kernels.js';
import { compare, printComparison } from './bench/pairs.js';
import { printProfile, profile } from './bench/profile.js';
import { peakBytes, Subject, sentence } from './bench/step.js';
import { openFor } from './run/device.js';
import { runProgram } from './run/program.js';

await runProgram('bench', async () => {
  const flags = parseFlags(process.argv.slice(2));
  const json = flags.json ?? false;
  if (flags.against) printComparison(await compare(flags, flags.against), json);
  else if (flags.beside !== undefined) await measureSideBySide(flags, flags.beside, json);
  else if (flags.profile) printProfile(await profile(flags), json);
  else if (flags.kernels) printKernels(await measureKernels(flags), json);
  else await measureStep(flags, json);
  return 0;
});

async function measureStep(flags: BenchFlags, json: boolean): Promise<void> {
  const { device, threads } = await openFor(flags);
  try {
    const subject = new Subject(flags, device, threads);
    const times = await subject.measure();
    const result = { ...subject.describe(times), peak_rss_bytes: peakBytes() };
    console.log(json ? JSON.stringify(result) : sentence(result));
  } finally {
    device.close();
  }
}

async function measureSideBySide(flags: BenchFlags, nice: number, json: boolean): Promise<void> {
  const result = await measureBeside(flags, nice);
  console.log(json ? JSON.stringify(result) : besideSentence(result));
}
