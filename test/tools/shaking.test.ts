// A page is rid of what it does not use: bundlers find the marks of dist/browser/.
import { build } from 'esbuild';
import { rollup } from 'rollup';
import t from 'tap';
import * as mixgrad from '../../lib/index.js';

/** Layers, optimizers and schedules, which no tensor needs. */
const bases = [mixgrad.Module, mixgrad.Optimizer, mixgrad.LRScheduler] as unknown as (new () => object)[];
const classes = Object.entries(mixgrad as Record<string, unknown>)
  .filter(([, value]) => bases.some((base) => (value as { prototype?: object })?.prototype instanceof base))
  .map(([name]) => name);

/** Kernels of layers, losses and optimizers, which no method of a tensor needs. */
const kernels = 'conv2d maxPool2d resample2d standardize mixtureNorm mixtureMoments adamUpdate gelu'.split(
  ' ',
);

/** Which of these classes and kernels a program contains. */
const found = (text: string): string[] =>
  [...classes, ...kernels].filter((name) =>
    new RegExp(`static name ?= ?"${name}"|\\("${name}", ?function`).test(text),
  );

/** A page that keeps a name of the library, or all of it. */
const page = (what: string) =>
  `import ${what} from ${JSON.stringify(`${process.cwd()}/dist/browser/index.js`)}; globalThis.kept = kept;`;

async function byEsbuild(contents: string): Promise<string> {
  const options = { bundle: true, minify: true, splitting: true, format: 'esm', outdir: 'out' } as const;
  const stdin = { contents, resolveDir: '.' };
  const { outputFiles } = await build({ stdin, ...options, write: false, logLevel: 'error' });
  return outputFiles.find(({ path }) => path.endsWith('stdin.js'))!.text;
}

async function byRollup(contents: string): Promise<string> {
  const plugin = {
    name: 'program',
    resolveId: (id: string) => (id === 'program' ? id : null),
    load: (id: string) => (id === 'program' ? contents : null),
  };
  const bundle = await rollup({ input: 'program', plugins: [plugin], external: /gpu\.js$/, onLog() {} });
  const { output } = await bundle.generate({ format: 'es' });
  return output[0].code;
}

for (const [name, bundle] of Object.entries({ esbuild: byEsbuild, Rollup: byRollup })) {
  t.test(
    `${name}: a page with tensors alone has no layers, no optimizers and none of their kernels`,
    async (t) => {
      t.ok(classes.length > 30, `${classes.length} classes`);
      t.same(
        found(await bundle(page('* as kept'))),
        [...classes, ...kernels],
        'with everything they are there',
      );
      t.same(found(await bundle(page('{ tensor as kept }'))), []);
    },
  );

  t.test(`${name}: a page with mixture normalization has none of its theory`, async (t) => {
    t.match(await bundle(page('{ mixtureScore as kept }')), /["']mixtureScore["']/);
    t.notMatch(await bundle(page('{ MixtureNorm2d as kept }')), /["'](mixtureScore|fisherVector)["']/);
  });
}
