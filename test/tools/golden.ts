// Runs the golden cases of a folder (MIXGRAD_FIXTURES, else test/fixtures) on every device. Exits 1 where a value
// is wrong, 2 where a fixture file cannot be read.

import { FixtureError, type GoldenCase, readFixtures } from '../golden/fixtures.js';
import { type GoldenReport, runGolden } from '../golden/suite.js';
import { type Tolerance, tolerances } from '../golden/tolerances.js';
import { testedDevices, tryOpen } from '../open.js';

function print(name: string, report: GoldenReport, tolerance: Tolerance, milliseconds: number): void {
  const { ran, skipped, failures, worst } = report;
  const left = [...skipped.values()].reduce((a, b) => a + b, 0);
  console.log(
    `${name}: ${ran.length} ran, ${left} skipped, ${failures.length} failed (${(milliseconds / 1000).toFixed(1)} s)`,
  );
  for (const kind of ['forward', 'gradient'] as const) {
    const { error, where } = worst[kind];
    console.log(`  worst ${kind} error ${error.toExponential(1)} of ${tolerance[kind]} allowed (${where})`);
  }
  const names = [...skipped].map(([op, count]) => `${op} ×${count}`);
  if (names.length > 0) console.log(`  skipped, no such operation: ${names.join(', ')}`);
  for (const failure of failures) console.log(`  FAILED ${failure}`);
}

async function runAll(cases: readonly GoldenCase[]): Promise<number> {
  let failures = 0;
  for (const name of testedDevices) {
    const opened = await tryOpen(name);
    if (!opened.device) {
      console.log(`${name}: skipped, ${opened.reason}`);
      continue;
    }
    const start = performance.now();
    const report = await runGolden(cases, opened.device, tolerances[name]);
    print(name, report, tolerances[name], performance.now() - start);
    failures += report.failures.length;
    opened.device.close();
  }
  return failures;
}

try {
  const folder = process.env.MIXGRAD_FIXTURES ?? 'test/fixtures';
  process.exitCode = (await runAll(readFixtures(folder))) > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof FixtureError)) throw error;
  console.error(`golden: ${error.message}`);
  process.exitCode = 2;
}
