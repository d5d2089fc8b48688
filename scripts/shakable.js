// Marks what bundlers may drop where a page does not use it. Nothing that begins a top-level constant or a static field has
// side effects. Minifiers strip such marks with the white space: they go in as an identifier as long as the mark, which
// takes its place afterwards, so that source maps stay right.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAst } from 'rollup/parseAst';

const MARK = '/*@__PURE__*/';
const STAND_IN = '$$$pure_call,';

const isNode = (value) => typeof value?.type === 'string';
const isLate = ({ type, static: atOnce }) =>
  /Function|MethodDefinition/.test(type) || (type === 'PropertyDefinition' && !atOnce);

/** The calls that a node makes at once. */
function callsIn(node) {
  if (isLate(node)) return [];
  const inner = Object.values(node).flat().filter(isNode).flatMap(callsIn);
  return /^(Call|New)Expression$/.test(node.type) ? [node, ...inner] : inner;
}

/** The calls in the initial values of a module's constants, and in its classes. */
function callsOf(text) {
  const declared = parseAst(text).body.map((statement) => statement.declaration ?? statement);
  return declared.filter(({ type }) => /^(Variable|Class)Declaration$/.test(type)).flatMap(callsIn);
}

/** The text of a module with stand-ins before those calls. */
function marked(text) {
  const edits = callsOf(text).flatMap(({ start, end }) => [
    { at: end, insert: ')' },
    { at: start, insert: `(${STAND_IN}` },
  ]);
  return edits
    .sort((a, b) => b.at - a.at)
    .reduce((all, { at, insert }) => all.slice(0, at) + insert + all.slice(at), text);
}

/** A namespace as an object with every name. */
async function fieldsOf(name, folder, file) {
  const names = Object.keys(await import(pathToFileURL(join(folder, file))));
  return names.map((each) => `${each}: ${name}.${each}`).join(', ');
}

/** Spells out namespaces in tables, and those passed on: esbuild would fill an object, which keeps all of them alive. */
async function spelled(text, folder) {
  let out = text;
  for (const [line, name, file] of text.matchAll(/^export \* as (\w+) from '(.+)';$/gm)) {
    const fields = await fieldsOf(`${name}Of`, folder, file);
    out = out.replace(line, `import * as ${name}Of from '${file}'; export const ${name} = { ${fields} };`);
  }
  for (const [, name, file] of text.matchAll(/^import \* as (\w+) from '(\..+)';$/gm)) {
    const spread = `...${name},`;
    if (text.includes(spread)) out = out.replace(spread, `${await fieldsOf(name, folder, file)},`);
  }
  return out;
}

/** The text of a module of the library, for a page's bundle. */
export async function shakable(path) {
  return marked(await spelled(readFileSync(path, 'utf8'), dirname(path)));
}

/** Puts the marks into what was bundled. */
export function writeMarks(files) {
  for (const file of files) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(STAND_IN, MARK));
  }
}
