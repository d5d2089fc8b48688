// Imports the files it is given, one after the other, and prints what each wrote to the console, as a JSON array.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { openDevice } from '../../lib/index.js';
import { state } from '../../lib/tensor/state.js';

const printed: string[] = [];
for (const method of ['log', 'warn', 'error'] as const) {
  console[method] = (...values: unknown[]) => {
    printed[printed.length - 1] += `${format(...values)}\n`;
  };
}

const device = await openDevice('wasm');
process.on('exit', () => process.stdout.write(JSON.stringify(printed)));
for (const file of process.argv.slice(2)) {
  printed.push('');
  Object.assign(state, { device, nextRecord: 0 });
  try {
    await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    console.error(`${error}`);
  }
}
device.close();
