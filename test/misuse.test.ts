// Everything public, called as plain JavaScript may call it by mistake: each named call ends in its typed error, which says
// where it arose, what came and what was expected. What is exported and has no such call is found.
import t, { type Test } from 'tap';
import * as mixgrad from '../lib/index.js';
import { autograd } from './misuse/autograd.js';
import { devices } from './misuse/devices.js';
import { files } from './misuse/files.js';
import { M, type Misuse, type Misuses, other } from './misuse/given.js';
import { layers } from './misuse/layers.js';
import { methods } from './misuse/methods.js';
import { moreLayers } from './misuse/more-layers.js';
import { moreNorms } from './misuse/more-norms.js';
import { movement } from './misuse/movement.js';
import { norms } from './misuse/norms.js';
import { optim } from './misuse/optim.js';
import { tape } from './misuse/tape.js';
import { training } from './misuse/training.js';
import { values } from './misuse/values.js';
import { rows } from './ops/cases.js';

t.teardown(() => other.close());

const cases: Misuses = {
  ...values,
  ...methods,
  ...movement,
  ...devices,
  ...tape,
  ...layers,
  ...norms,
  ...optim,
  ...training,
  ...files,
  ...moreLayers,
  ...moreNorms,
  ...autograd,
};

/** What an error must say: where, then what; a tensor whose values are gone is named by its shape. */
const telling = /^([\w.]+: \S.{7,}|a tensor of shape \[.*\] was \w+)/;

async function check(t: Test, title: string, [call, error, message]: Misuse): Promise<void> {
  try {
    await call();
    t.fail(`${title}: the call passed`);
  } catch (thrown) {
    t.match(thrown, { constructor: error, message }, title);
    t.match(thrown, { message: telling }, `${title}: the message is telling`);
  }
}

let count = 0;
for (const [subject, list] of Object.entries(cases)) {
  t.test(`${subject} refuses misuse`, async (t) => {
    for (const [title, misuse] of Object.entries(list)) {
      count++;
      await check(t, title, misuse);
    }
  });
}

t.test('the messages of operators, whose cases are in their rows, are telling', async (t) => {
  const reference = await mixgrad.openDevice('reference');
  const of = (...shape: number[]) => mixgrad.ones(shape, { device: reference });
  for (const [op, { bad }] of rows) {
    for (const [title, [call, error]] of Object.entries(bad)) {
      count++;
      t.throws(() => call(of), { constructor: error, message: telling }, `${op}: ${title}`);
    }
  }
});

/** What takes nothing that could be wrong, or takes anything. */
const harmless = new Set([
  ...['currentDevice', 'defaultRandom', 'isGradEnabled'],
  ...[
    'Tensor.dispose',
    'Tensor.toString',
    'Tape.toString',
    'Tape.toMermaid',
    'ReLU',
    'Flatten',
    'Tanh',
    'Sigmoid',
    'SiLU',
    'Identity',
    'Module',
    'Tape',
  ],
  ...['Module.children', 'Module.namedParameters', 'Module.namedBuffers', 'Module.namedModules'],
  ...['Module.parameters', 'Module.buffers', 'Module.eval', 'Module.toString'],
  ...[
    'MixtureNorm1d.report',
    'MixtureNorm2d.report',
    'Optimizer.zeroGrad',
    'Optimizer.stateDict',
    'LRScheduler.getLastLr',
    'LRScheduler.stateDict',
    'Random.uniform',
    'Random.normal',
    'Random.state',
  ],
]);

/** What TypeScript's declarations leave out or keep from callers: internal, private and protected members. */
const inside = new Set([
  ...['storage', 'checkHeld', 'shows', 'setRecord', 'forgetSources', 'assign', 'pin'],
  ...[
    'extraRepr',
    'stateLoaded',
    'namedTensors',
    'stateItems',
    'hookForward',
    'print',
    'checkInput',
    'drop',
    'countBatch',
    'normalize',
    'warmStart',
    'evaluate',
    'drawOrder',
    'track',
    'revive',
    'take',
    'restart',
  ],
  ...[
    'update',
    'move',
    'readOptions',
    'onlyGroup',
    'rate',
    'moveTo',
    'lrsFrom',
    'remembers',
    'tensorOf',
    'count',
    'replace',
    'slotsOf',
    'forget',
    'seed',
    'generator',
    'constructor',
  ],
]);

const isClass = (value: unknown) =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

/** The classes that are exported: what they inherit from one another is one subject. */
const exported = new Set(
  Object.values(mixgrad).flatMap((value) =>
    isClass(value) ? [(value as { prototype: object }).prototype] : [],
  ),
);

/** The methods and setters of an object, those of bases that are not exported included. */
function membersOf(name: string, object: object): string[] {
  const found: string[] = [];
  for (let at = object; at === object || !exported.has(at); at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype) break;
    for (const [member, { value, set }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (!inside.has(member) && (typeof value === 'function' || set)) found.push(`${name}.${member}`);
    }
  }
  return found;
}

/** Everything that can be called or set. */
function subjects(): string[] {
  const found = [
    ...Object.keys(mixgrad.init).map((name) => `init.${name}`),
    ...membersOf('Random', mixgrad.createRandom(1)),
  ];
  for (const [name, value] of Object.entries(mixgrad)) {
    if (typeof value !== 'function' || value.prototype instanceof Error) continue;
    found.push(name);
    if (isClass(value)) found.push(...membersOf(name, value.prototype));
  }
  return found;
}

t.test('nothing public is without a case', async (t) => {
  const covered = new Set<string>([...Object.keys(cases), ...rows.map(([op]) => op), ...harmless]);
  t.same(
    subjects().filter((subject) => !covered.has(subject)),
    [],
  );
  const there = new Set([...subjects(), ...Object.keys(M)]);
  t.same(
    [...covered].filter((subject) => !there.has(subject)),
    [],
    'nor is there a case of nothing',
  );
});

t.test('there are many cases', async (t) => {
  t.comment(`${count} named cases of misuse`);
  t.ok(count >= 400, `${count} cases`);
  t.notMatch('sum: no', telling);
});
