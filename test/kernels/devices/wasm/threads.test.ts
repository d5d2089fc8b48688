// Threads of the wasm device: the same bits for any number, errors at the caller, and nothing left behind.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openWasm, openWasmSync, relaxedSimdValidates } from '../../../../kernels/devices/wasm/open.js';
import { convolutions } from '../../../../kernels/devices/wasm/options.js';
import {
  avgPool2d,
  BatchNorm2d,
  Conv2d,
  createRandom,
  crossEntropy,
  type Device,
  DeviceError,
  kernels,
  Linear,
  MaxPool2d,
  MixtureNorm2d,
  OptionError,
  ReLU,
  Sequential,
  SGD,
  tensor,
} from '../../../../lib/index.js';
import { spawnSync } from '../../../processes.js';
import { integers, normal } from '../../../values.js';

/** Three training steps of a small network whose tensors are large enough to be divided; its state and losses. */
async function train(device: Device): Promise<Record<string, ArrayLike<number>>> {
  const random = createRandom('threads');
  const network = new Sequential(
    new Conv2d(3, 16, 5, { padding: 2, bias: false, random, device }),
    new MixtureNorm2d(16, { random, device }),
    new ReLU(),
    new MaxPool2d(3, { stride: 2, padding: 1 }),
    new Conv2d(16, 24, 3, { padding: 1, random, device }),
    new BatchNorm2d(24, { device }),
    new MixtureNorm2d(24, { posterior: 'channel', random, device }),
  );
  const head = new Linear(24, 4, { random, device });
  const optimizer = new SGD([...network.parameters(), ...head.parameters()], { lr: 0.1, momentum: 0.9 });
  const found: Record<string, ArrayLike<number>> = {};
  for (let step = 0; step < 3; step++) {
    const x = tensor(normal([13, 3, 32, 32], `batch ${step}`), { shape: [13, 3, 32, 32], device });
    optimizer.zeroGrad();
    const features = avgPool2d(network.forward(x), 16).reshape([13, 24]);
    const loss = crossEntropy(head.forward(features), integers(4, 13, step));
    loss.backward();
    optimizer.step();
    found[`loss ${step}`] = await loss.data();
  }
  for (const [key, { data }] of Object.entries(await network.stateDict())) found[key] = data;
  return found;
}

for (const relaxed of relaxedSimdValidates() ? [true, false] : [false]) {
  for (const convolution of convolutions) {
    const build = `${relaxed ? 'relaxed' : 'plain'} SIMD, ${convolution} convolutions`;
    t.test(`${build}: training gives the same bits on 1, 2 and 5 threads`, async (t) => {
      const expected = await train(openWasmSync({ relaxed, convolution, threads: 1 }));
      for (const threads of [2, 5]) {
        const device = await openWasm({ relaxed, convolution, threads });
        const got = await train(device);
        t.same(Object.keys(got), Object.keys(expected));
        for (const [key, values] of Object.entries(expected)) {
          t.ok(
            Buffer.from(Float32Array.from(values).buffer).equals(
              Buffer.from(Float32Array.from(got[key]).buffer),
            ),
            `${key} on ${threads} threads`,
          );
        }
        device.close();
      }
    });
  }
}

t.test('the number of threads must be an integer from 1 to 64', async (t) => {
  for (const threads of [0, 1.5, 65]) {
    t.throws(
      () => openWasmSync({ threads }),
      new OptionError(`wasm: threads is ${threads}, expected an integer from 1 to 64`),
    );
  }
});

t.test('a job that traps is an error at the caller, and the pool works on', async (t) => {
  const device = await openWasm({ threads: 2 });
  for (const size of [64, 64 * 1024]) {
    const x = device.upload(new Float32Array(size).fill(2));
    const outside = { length: size, pointer: 2 ** 32 - 64 };
    const plan = { shape: [size] };
    t.throws(() => device.run(kernels.exp, [outside], plan), DeviceError);
    const y = device.view(device.run(kernels.add, [x, x], kernels.add.plan([[size], [size]], {})));
    t.ok(y.every((value) => value === 4));
  }
  device.close();
});

t.test('a thread that does not start is an error at the caller', async (t) => {
  const copy = t.testdir({});
  // With its package.json, which says where #platform is.
  cpSync('package.json', join(copy, 'package.json'));
  cpSync('dist/kernels', join(copy, 'dist', 'kernels'), { recursive: true });
  const devices = join(copy, 'dist', 'kernels', 'devices');
  rmSync(join(devices, 'platform', 'node-worker.js'));
  const engine: { openWasm: typeof openWasm; openWasmSync: typeof openWasmSync } = await import(
    join(devices, 'wasm', 'open.js')
  );
  const error = { name: 'DeviceError', message: /^wasm: worker thread \d does not start: .*node-worker\.js/ };
  await t.rejects(engine.openWasm({ threads: 3 }), error);
  const device = engine.openWasmSync({ threads: 3 });
  const run = () => device.run(kernels.relu, [device.upload([1])], { shape: [1] });
  t.equal(device.view(run())[0], 1);
  let thrown: unknown = null;
  for (let i = 0; i < 1000 && !thrown; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    try {
      run();
    } catch (caught) {
      thrown = caught;
    }
  }
  t.match(thrown, error);
  device.close();
});

t.test('a program that used threads ends by itself', async (t) => {
  const program = `
    import { openDevice, setDevice, tensor } from 'mixgrad';
    setDevice(await openDevice('wasm', { threads: 4 }));
    const x = tensor(new Float32Array(100000).fill(1));
    console.log(await x.mul(x).sum().item());
    await new Promise((resolve) => setTimeout(resolve, 500)); // time for workers to start
  `;
  const { status, stdout, stderr, signal } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program],
    {
      encoding: 'utf8',
      timeout: 30000,
    },
  );
  t.same({ status, signal, stdout, stderr }, { status: 0, signal: null, stdout: '100000\n', stderr: '' });
});
