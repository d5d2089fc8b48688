// Runs the programs it is given, one after the other, and prints what each wrote to the console, as a JSON array. Each has the
// package to itself, so that nothing of one is seen by the next; they share a device.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const printed: string[] = [];
for (const method of ['log', 'warn', 'error'] as const) {
  console[method] = (...values: unknown[]) => {
    printed[printed.length - 1] += `${format(...values)}\n`;
  };
}

type Package = typeof import('../../lib/index.js');
const entry = import.meta.resolve('mixgrad');
const { openDevice }: Package = await import(entry);
const device = await openDevice('wasm');
process.on('exit', () => process.stdout.write(JSON.stringify(printed)));
for (const [i, file] of process.argv.slice(2).entries()) {
  printed.push('');
  const own = `${entry}?${i}`;
  const { setDevice }: Package = await import(own);
  setDevice(device);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll("from 'mixgrad'", `from '${own}'`));
  try {
    await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    console.error(`${error}`);
  }
}
device.close();
