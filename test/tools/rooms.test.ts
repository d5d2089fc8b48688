// Who imports whom: no room imports from one above it, and no file imports itself by way of others.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import t from 'tap';

/** The rooms from the ground up; each imports from itself and from those below. A file of lib/ stands by its name. */
const rooms: readonly string[][] = [
  ['kernels/engine'],
  ['kernels'],
  ['kernels/devices'],
  ['lib/errors.ts', 'lib/options.ts', 'lib/shape.ts', 'lib/random.ts'],
  ['lib/tensor'],
  ['lib/tape'],
  ['lib/ops'],
  ['lib/nn'],
  ['lib/optim'],
  ['lib/io', 'lib/data'],
  ['lib'],
  ['datasets'],
  ['models/networks'],
  ['models/run'],
  ['models/watch', 'models/features'],
  ['models/sweep/collected.ts'],
  ['models/study', 'models/report'],
  ['models/train', 'models/gan', 'models/bench', 'models/data', 'models/export'],
  ['models/sweep'],
  ['models'],
];

/** Neighbours in a list above: they share what lies below them and know nothing of each other. */
const apart = ['models/train', 'models/gan', 'models/bench', 'models/data', 'models/export'];

/** The files of a folder, types and AssemblyScript included. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name.replaceAll('\\', '/')));
}

/** The files that one imports by their paths: values, types and what is loaded later. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const paths = [...source.matchAll(/(?:\bfrom |\bimport\(|\bimport )'(\.[^']+)'/g)].map(([, path]) => path);
  // A text or an engine as a module is written after the compiler.
  const written = paths.filter((path) => !/\.(text|wasm)\.js$/.test(path));
  return written.map((path) => `${join(dirname(file), path).replace(/\.js$/, '')}.ts`);
}

/** The room of a file: the longest name that it begins with. */
function roomOf(file: string): string {
  const found = rooms.flat().filter((room) => file === room || file.startsWith(`${room}/`));
  return found.reduce((longest, room) => (room.length > longest.length ? room : longest), '');
}

const levelOf = (file: string) => rooms.findIndex((names) => names.includes(roomOf(file)));

/** What is wrong with an import; null where nothing is. */
function wrong(file: string, other: string): string | null {
  const [from, to] = [roomOf(file), roomOf(other)];
  if (levelOf(other) > levelOf(file)) return `${file} imports ${other} from above`;
  return from !== to && apart.includes(from) && apart.includes(to)
    ? `${file} imports ${other} from beside`
    : null;
}

/** A way from a file back to itself; null where there is none. */
function circle(start: string, graph: ReadonlyMap<string, readonly string[]>): string[] | null {
  const reached = new Set<string>();
  const visit = (file: string, way: string[]): string[] | null => {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...way, next];
      if (reached.has(next)) continue;
      reached.add(next);
      const found = visit(next, [...way, next]);
      if (found) return found;
    }
    return null;
  };
  return visit(start, [start]);
}

const files = ['kernels', 'lib', 'datasets', 'models'].flatMap(filesIn);
const graph = new Map(files.map((file) => [file, importsOf(file)]));

t.test('every import leads to a file, and none is missed', async (t) => {
  for (const [file, others] of graph) {
    for (const other of others) if (!existsSync(other)) t.fail(`${file}: no ${other}`);
  }
  t.ok(graph.get('lib/tape/backward.ts')?.includes('lib/tensor/tensor.ts'), 'values');
  t.ok(graph.get('kernels/devices/device.ts')?.includes('kernels/spec.ts'), 'types');
  t.ok(graph.get('kernels/devices/index.ts')?.includes('kernels/devices/gpujs.ts'), 'what is loaded later');
  t.ok(graph.get('kernels/engine/reduce.ts')?.includes('kernels/engine/memory.ts'), 'the engine');
  t.ok(graph.get('lib/index.ts')?.includes('lib/methods.ts'), 'what is imported for its effect');
});

t.test('no room imports from one above it', async (t) => {
  const found = files.flatMap((file) => graph.get(file)!.map((other) => wrong(file, other)));
  t.same(
    found.filter((line) => line !== null),
    [],
  );
});

t.test('no file imports itself by way of others', async (t) => {
  t.same(
    files.map((file) => circle(file, graph)).filter((way) => way !== null),
    [],
  );
});

t.test('an import from above or beside, and a circle, are found', async (t) => {
  t.equal(
    wrong('lib/tensor/tensor.ts', 'lib/ops/conv.ts'),
    'lib/tensor/tensor.ts imports lib/ops/conv.ts from above',
  );
  t.equal(wrong('lib/shape.ts', 'lib/index.ts'), 'lib/shape.ts imports lib/index.ts from above');
  t.equal(
    wrong('models/bench/step.ts', 'models/train/flags.ts'),
    'models/bench/step.ts imports models/train/flags.ts from beside',
  );
  t.equal(wrong('lib/ops/conv.ts', 'lib/tape/op.ts'), null);
  const small = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  t.equal(circle('a', small), null);
  t.same(circle('b', small), ['b', 'c', 'b']);
});
