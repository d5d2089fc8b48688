// Plain JavaScript calls everything public with what does not belong there: no call ends in an error of the language.
import t from 'tap';
import * as mixgrad from '../lib/index.js';
import {
  AdamW,
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  createRandom,
  Dropout,
  Linear,
  MixgradError,
  MixtureNorm2d,
  ModuleList,
  OneCycleLR,
  RMSprop,
  Sequential,
  SGD,
  type Tensor,
  tensor,
} from '../lib/index.js';

/** What may stand anywhere by mistake. */
const garbage: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 52,
  '',
  'wasm',
  true,
  1n,
  Symbol('s'),
  [],
  [1, 'a', null],
  [[1], [2, 3]],
  {},
  { axis: 7, init: 3, shape: 'x', device: 'wasm', weight: 5, lr: 'x' },
  Object.create(null),
  new Map([['a', 1]]),
  new Date(0),
  new Uint8Array(3),
  new BigInt64Array(2),
  new DataView(new ArrayBuffer(8)),
  Promise.resolve(1),
  () => 7,
  async () => 7,
  () => {
    throw new MixgradError('thrown by what was passed');
  },
];

const valid = (): unknown[] => [
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  ),
  tensor([
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ]),
  tensor([1, 0]),
];

/** Argument lists: each piece of garbage alone, behind something valid, and before and after it. */
function* calls(): Generator<unknown[]> {
  yield [];
  for (const one of garbage) {
    yield [one];
    yield [one, one];
    yield [one, one, one, one];
    for (const good of valid()) {
      yield [good, one];
      yield [one, good];
      yield [good, good, one];
      yield [good, one, one];
      yield [good, good, null, one];
    }
  }
}

/** Errors that say what is wrong; what a caller's own function throws is the caller's. */
const isTyped = (error: unknown) => error instanceof MixgradError;

function describeCall(args: readonly unknown[]): string {
  return args
    .map((arg) => {
      if (typeof arg === 'object' && arg !== null) return arg.constructor?.name ?? 'null object';
      return typeof arg === 'function' ? 'function' : String(arg);
    })
    .join(', ');
}

/** Lines for calls that end in anything but a result or a typed error. */
async function untyped(name: string, call: (...args: unknown[]) => unknown): Promise<string[]> {
  const found: string[] = [];
  for (const args of calls()) {
    try {
      await call(...args);
    } catch (error) {
      if (!isTyped(error)) found.push(`${name}(${describeCall(args)}): ${error}`);
    }
  }
  return found;
}

/** Not called: what ends or replaces what the other tests stand on. */
const left = new Set(['setDevice']);

const isClass = (value: unknown) => /^class\b/.test(Function.prototype.toString.call(value));
const isError = (value: object) => 'prototype' in value && value.prototype instanceof Error;

for (const [name, value] of Object.entries(mixgrad)) {
  if (typeof value !== 'function' || isError(value) || left.has(name)) continue;
  t.test(`${name} answers garbage with a typed error`, async (t) => {
    const call = isClass(value)
      ? (...args: unknown[]) => Reflect.construct(value, args)
      : (...args: unknown[]) => (value as (...all: unknown[]) => unknown)(...args);
    t.same(await untyped(name, call), []);
  });
}

t.test('init answers garbage with a typed error', async (t) => {
  for (const [name, fn] of Object.entries(mixgrad.init)) {
    t.same(await untyped(`init.${name}`, fn as (...args: unknown[]) => unknown), []);
  }
});

/** The methods of an object, those it inherits included. */
function methodsOf(object: object): string[] {
  const names = new Set<string>();
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}

/** What TypeScript's declarations leave out or keep from callers: internal, private and protected methods. */
const inside = [
  ...['setRecord', 'checkHeld', 'forgetSources', 'assign', 'shows', 'dispose'], // Tensor
  ...['print', 'stateItems', 'namedTensors', 'hookForward', 'stateLoaded'], // Module
  ...['take', 'restart', 'warmStart', 'countBatch', 'checkInput', 'shareOf', 'averageFromHere', 'drawOrder'], // norms
  'drop', // dropout
  ...['update', 'replace', 'remembers', 'tensorOf', 'count', 'slotsOf', 'forget'], // optimizers
  ...['move', 'readOptions', 'onlyGroup', 'rate', 'moveTo', 'lrsFrom'], // optimizers and schedules
];

const x = () =>
  tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
const makers: Record<string, () => object> = {
  Tensor: x,
  Linear: () => new Linear(2, 2),
  Conv2d: () => new Conv2d(1, 1, 2),
  BatchNorm2d: () => new BatchNorm2d(1),
  MixtureNorm2d: () => new MixtureNorm2d(1, { log: () => {} }),
  ConvTranspose2d: () => new ConvTranspose2d(1, 1, 2),
  Dropout: () => new Dropout(),
  Sequential: () => new Sequential(new Linear(2, 2)),
  ModuleList: () => new ModuleList([new Linear(2, 2)]),
  SGD: () => new SGD([x()], { lr: 0.1 }),
  AdamW: () => new AdamW([x()]),
  RMSprop: () => new RMSprop([{ params: [x()] }, { params: [x()], lr: 1 }]),
  OneCycleLR: () => new OneCycleLR(new SGD([x()]), { maxLr: 1, totalSteps: 9 }),
  Random: () => createRandom(1),
};
for (const [kind, make] of Object.entries(makers)) {
  for (const method of methodsOf(make())) {
    if (inside.includes(method)) continue;
    t.test(`${kind}.${method} answers garbage with a typed error`, async (t) => {
      const call = (...args: unknown[]) =>
        (make() as Record<string, (...all: unknown[]) => unknown>)[method](...args);
      t.same(await untyped(`${kind}.${method}`, call), []);
    });
  }
}

t.test('a raw error would be found', async (t) => {
  const found = await untyped('length', (a) => (a as Tensor).shape.length);
  t.ok(found.includes("length(null): TypeError: Cannot read properties of null (reading 'shape')"));
});
