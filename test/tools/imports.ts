// Follows static imports through compiled files: which files and packages a program loads, and which of them await.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { functionKinds } from './function-kinds.js';

/** What an entry loads before its first line runs. */
export interface Loaded {
  /** Files, the entry first. */
  files: string[];
  /** Packages and modules of Node. */
  packages: string[];
  /** Files that await outside of functions. */
  awaiting: string[];
}

/** The compiled files of some folders, read by the compiler. */
export class Files {
  private readonly api = new API({ cwd: process.cwd() });
  private readonly snapshot;

  constructor(folders: readonly string[]) {
    const paths = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.js'))
        .map((name) => resolve(folder, name)),
    );
    this.snapshot = this.api.updateSnapshot({ openFiles: paths });
  }

  /** What an entry loads where package.json's imports have this condition. @throws Error for a file that is not there */
  load(entry: string, condition: string): Loaded {
    const loaded: Loaded = { files: [resolve(entry)], packages: [], awaiting: [] };
    // The list grows while it is walked.
    for (const file of loaded.files) {
      const source = this.read(file);
      if (awaits(source)) loaded.awaiting.push(file);
      for (const name of specifiersOf(source)) {
        const found = name.startsWith('.') ? resolve(file, '..', name) : fromPackage(name, condition);
        const list = found ? loaded.files : loaded.packages;
        if (!list.includes(found ?? name)) list.push(found ?? name);
      }
    }
    return loaded;
  }

  close(): void {
    this.api.close();
  }

  private read(file: string): SourceFile {
    const source = this.snapshot.getDefaultProjectForFile(file)?.program.getSourceFile(file);
    if (!source) throw new Error(`${file}: the compiler does not read it`);
    return source;
  }
}

/** What package.json gives for a name such as '#platform'; null for other names. */
function fromPackage(name: string, condition: string): string | null {
  if (!name.startsWith('#')) return null;
  const { imports } = JSON.parse(readFileSync('package.json', 'utf8'));
  return resolve(imports[name][condition] ?? imports[name].default);
}

/** What the import and export declarations of a file name. */
function specifiersOf(source: SourceFile): string[] {
  const found: string[] = [];
  source.forEachChild((node) => {
    const { moduleSpecifier } = node as Node & { moduleSpecifier?: Node & { text: string } };
    if (moduleSpecifier) found.push(moduleSpecifier.text);
  });
  return found;
}

/** Whether a file awaits outside of functions. */
function awaits(node: Node): boolean {
  if (functionKinds.has(node.kind)) return false;
  const { awaitModifier } = node as Node & { awaitModifier?: Node };
  if (node.kind === SyntaxKind.AwaitExpression || awaitModifier) return true;
  let found = false;
  node.forEachChild((child) => {
    found ||= awaits(child);
  });
  return found;
}
