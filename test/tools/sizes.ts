// Prints how large the files and functions of the given folders are, and exits with 1 where one exceeds its limit.
// Kernel bodies and the AssemblyScript engine count as everything else.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { functionKinds } from './function-kinds.js';

const LIMITS = { file: 300, function: 40 };
const SHOWN = 8;

interface Size {
  name: string;
  lines: number;
}

/** Every .ts file of a folder. */
function sourcesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => resolve(folder, name));
}

/** The functions in a file, from the line of their first word to that of their last. */
function functionsOf(source: SourceFile, file: string): Size[] {
  const found: Size[] = [];
  const visit = (node: Node): void => {
    if (functionKinds.has(node.kind)) {
      const [first, last] = [node.getStart(), node.end].map(
        (at) => source.text.slice(0, at).split('\n').length,
      );
      found.push({ name: `${nameOf(node)} (${file}:${first})`, lines: last - first + 1 });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function nameOf(node: Node): string {
  const named = [node, node.parent].find((n) => n && 'name' in n && n.name) as { name: Node } | undefined;
  return named?.name.getText() ?? 'anonymous';
}

function measure(folders: readonly string[]): { files: Size[]; functions: Size[] } {
  const paths = folders.flatMap(sourcesOf);
  const api = new API({ cwd: process.cwd() });
  try {
    const snapshot = api.updateSnapshot({ openFiles: paths });
    const sizes = { files: [] as Size[], functions: [] as Size[] };
    for (const path of paths) {
      const source = snapshot.getDefaultProjectForFile(path)?.program.getSourceFile(path);
      if (!source) throw new Error(`${path}: the compiler does not read it`);
      const name = relative('', path);
      sizes.files.push({ name, lines: source.text.trimEnd().split('\n').length });
      sizes.functions.push(...functionsOf(source, name));
    }
    return sizes;
  } finally {
    api.close();
  }
}

/** Prints the largest, and returns how many are over the limit. */
function report(what: 'file' | 'function', sizes: Size[]): number {
  const sorted = sizes.toSorted((a, b) => b.lines - a.lines);
  const over = sorted.filter(({ lines }) => lines > LIMITS[what]);
  console.log(`Largest ${what}s, of at most ${LIMITS[what]} lines:`);
  for (const { name, lines } of sorted.slice(0, Math.max(SHOWN, over.length))) {
    console.log(`${String(lines).padStart(6)}  ${name}${lines > LIMITS[what] ? '  TOO LONG' : ''}`);
  }
  return over.length;
}

const folders = process.argv.length > 2 ? process.argv.slice(2) : ['lib', 'kernels', 'models', 'datasets'];
const { files, functions } = measure(folders);
for (const folder of folders) {
  const inside = files.filter(({ name }) => name.startsWith(join(relative('', folder), '/')));
  const lines = inside.reduce((total, file) => total + file.lines, 0);
  console.log(`${folder}: ${lines} lines in ${inside.length} files`);
}
const over = report('file', files) + report('function', functions);
console.log(`${files.length} files, ${functions.length} functions, ${over} over the limit`);
if (over > 0 || files.length === 0) process.exitCode = 1;
