// What is said where the engine cannot run.
import t, { type Test } from 'tap';
import { whyNoEngine } from '../../../../kernels/devices/wasm/support.js';
import { openDevice } from '../../../../lib/index.js';

/** Has something else in its place for the rest of a test. */
function replace<O extends object, K extends keyof O>(t: Test, object: O, key: K, value: O[K]): void {
  const before = object[key];
  object[key] = value;
  t.teardown(() => {
    object[key] = before;
  });
}

t.test('here it can', async (t) => {
  t.equal(whyNoEngine(), null);
});

t.test('without SIMD', async (t) => {
  const { validate } = WebAssembly;
  // as an engine does that knows no type v128
  replace(
    t,
    WebAssembly,
    'validate',
    (bytes) => !new Uint8Array(bytes as ArrayBuffer).includes(0x7b) && validate(bytes),
  );
  const message = 'wasm: WebAssembly has no SIMD here, which the engine needs';
  await t.rejects(openDevice('wasm'), { name: 'DeviceError', message });
});

t.test('without WebAssembly', async (t) => {
  replace(t, globalThis, 'WebAssembly', undefined as never);
  const message = 'wasm: there is no WebAssembly here, which the engine is made of';
  await t.rejects(openDevice('wasm'), { name: 'DeviceError', message });
});

t.test('without memory', async (t) => {
  class Refused {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  }
  replace(t, WebAssembly, 'Memory', Refused as never);
  const message =
    'wasm: there is no memory for the engine (could not allocate memory); close what else takes memory';
  await t.rejects(openDevice('wasm'), { name: 'DeviceError', message });
});
