// Every kernel on every device against the reference device, over the calls of cases.ts.
import t from 'tap';
import { kernels } from '../../kernels/index.js';
import type { AnyKernel } from '../../kernels/spec.js';
import { everyDevice, everyOtherDevice } from '../devices.js';
import { agree, callOf, casesIn, compute } from './agree.js';
import { kernelCases } from './cases.js';

/** Largest error allowed, relative to the largest entry: some rounding errors of float32, 6e-8 each. */
const TOLERANCE = 3e-6;
/** The same for convolutions by tiles, whose transforms amplify rounding. */
const TILES_TOLERANCE = 1e-5;

const cases = casesIn(kernelCases);

for (const entry of cases) {
  const [name, rows] = entry;
  everyOtherDevice(
    `kernel ${name} agrees with the reference over ${rows.length} rows of shapes`,
    async (t, device) => {
      const tiles = device.name === 'wasm' && name.startsWith('conv2d');
      await agree(t, device, entry, tiles ? TILES_TOLERANCE : TOLERANCE);
    },
  );
}

everyDevice('a kernel leaves no buffer behind once its inputs and output are freed', async (t, device) => {
  const before = device.memory();
  const [row] = kernelCases.conv2d;
  await compute(device, await callOf('conv2d', row as never));
  const after = device.memory();
  t.equal(after.live, before.live);
  t.equal(after.buffers, before.buffers);
});

t.test('every kernel has a row', async (t) => {
  for (const [name, rows] of cases) t.ok(rows.length > 0, name);
});

t.test('a body takes its constants apart before it uses them', async (t) => {
  for (const [name, { body }] of Object.entries<AnyKernel>(kernels)) {
    t.notMatch(String(body), /this\.constants\./, `${name}: const { size } = this.constants`);
  }
});
