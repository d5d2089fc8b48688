// Doc comments: everything public has an @example, and every @example prints exactly what follows it.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { types } from 'node:util';
import t from 'tap';
import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import { API, type Symbol as CompilerSymbol, SymbolFlags } from 'typescript/unstable/sync';
import * as mixgrad from '../lib/index.js';
import { examplesIn, runTogether } from './programs.js';

/** The text of the last doc comment before a declaration, without its stars. */
function docComment(before: string): string {
  const [comment = ''] = before.match(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/(?![\s\S]*\/\*\*)/) ?? [];
  return withoutStars(comment);
}

const withoutStars = (comment: string) => comment.replace(/^[ \t]*\*(\/| ?)/gm, '');

/** The doc comments of what lib/index.ts exports, types left out, under the exported names: `relu`, `init.uniform`. */
function publicComments(): Map<string, string> {
  const entry = resolve('lib/index.ts');
  const api = new API({ cwd: process.cwd() });
  try {
    const { program, checker } = api.updateSnapshot({ openFiles: [entry] }).getDefaultProjectForFile(entry)!;
    const comments = (
      module: CompilerSymbol,
      values: object,
      prefix: string,
    ): [name: string, comment: string][] =>
      checker.getExportsOfModule(module).flatMap((symbol) => {
        if (!(symbol.name in values)) return [];
        const target = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const declared = target.valueDeclaration!.resolve()!;
        const name = `${prefix}${symbol.name}`;
        if (declared.kind !== SyntaxKind.SourceFile) return [[name, docComment(textBefore(declared))]];
        return comments(target, values[symbol.name as keyof typeof values], `${name}.`);
      });
    return new Map(comments(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!, mixgrad, ''));
  } finally {
    api.close();
  }
}

/** The names of a module's values, those of a module in it behind a dot. */
function namesOf(module: object): string[] {
  return Object.entries(module).flatMap(([name, value]) =>
    types.isModuleNamespaceObject(value) ? namesOf(value).map((inner) => `${name}.${inner}`) : [name],
  );
}

/** The comments before the statement that a declaration stands in: that of `const x = …` is two levels up. */
function textBefore(node: Node): string {
  if (node.parent.kind !== SyntaxKind.SourceFile) return textBefore(node.parent);
  return node.getFullText().split(/^export /m)[0];
}

/** Every doc comment with an @example in a folder, with the file and line where it begins. */
function commentsWithExamples(folder: string): { where: string; comment: string }[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, name));
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const comments = Array.from(text.matchAll(/\/\*\*[\s\S]*?\*\//g), ({ 0: comment, index }) => ({
      where: `${relative('', file)}:${text.slice(0, index).split('\n').length}`,
      comment: withoutStars(comment),
    }));
    return comments.filter(({ comment }) => comment.includes('@example'));
  });
}

t.test('everything public has an @example with what it prints', async (t) => {
  const comments = publicComments();
  t.same([...comments.keys()].sort(), namesOf(mixgrad).sort(), 'the compiler finds every export');
  const without = [...comments].filter(
    ([, comment]) => !examplesIn(comment).some(({ printed }) => printed !== ''),
  );
  t.same(
    without.map(([name]) => name),
    [],
    `of ${comments.size} exports ${without.length} have none`,
  );
});

t.test('every @example prints what its doc comment says', async (t) => {
  const found = ['lib', 'kernels'].flatMap(commentsWithExamples);
  const examples = found.flatMap(({ where, comment }) => {
    const pairs = examplesIn(comment);
    t.equal(pairs.length, comment.split('@example').length - 1, `${where}: a js and a text block each`);
    return pairs.map((pair) => ({ where, ...pair }));
  });
  const printed = runTogether(examples.map(({ program }) => program));
  for (const [i, example] of examples.entries()) t.equal(printed[i], example.printed, example.where);
});
