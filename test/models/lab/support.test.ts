// What is said where the engine cannot run.
import t, { type Test } from 'tap';
import { openDevice } from '../../../lib/index.js';
import { whyNoEngine } from '../../../models/lab/support.js';

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
  t.equal(whyNoEngine(), 'there is no WebAssembly with SIMD here');
});

t.test('without WebAssembly', async (t) => {
  replace(t, globalThis, 'WebAssembly', undefined as never);
  t.equal(whyNoEngine(), 'there is no WebAssembly with SIMD here');
});

t.test('without memory', async (t) => {
  class Refused {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  }
  replace(t, WebAssembly, 'Memory', Refused as never);
  const message = 'wasm: no memory: could not allocate memory';
  await t.rejects(openDevice('wasm'), { name: 'DeviceError', message });
});
