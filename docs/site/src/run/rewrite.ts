// A program as the worker runs it: imports of mixgrad come from the module that the worker gives, and the program tells what its variables
// hold. Nothing is put on a line of its own, so the lines of errors are the program's.
import { type AnyNode, type Node, parse } from 'acorn';

/** What is wrong with a program, and in which line. */
export class ProgramError extends Error {
  override name = 'ProgramError';

  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}

/** What a program is to import, and how it tells of its variables. */
export interface Surroundings {
  /** The address of the module in place of mixgrad. */
  address: string;
  /** The names that it exports. */
  exports: readonly string[];
  /** The function that is told of variables by name, and whether they are outside of functions; '' for none. */
  tell: string;
}

/** A text to be put in place of a part of the program. */
interface Edit {
  start: number;
  end: number;
  text: string;
}

/** @throws ProgramError where the program is not one, or imports what there is not */
export function rewrite(code: string, surroundings: Surroundings): string {
  const edits: Edit[] = [];
  visit(parseProgram(code), edits, surroundings, 0);
  edits.sort((a, b) => b.start - a.start);
  return edits.reduce(
    (text, { start, end, text: put }) => text.slice(0, start) + put + text.slice(end),
    code,
  );
}

function parseProgram(code: string): AnyNode {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number } };
    throw new ProgramError(message.replace(/ \(\d+:\d+\)$/, ''), loc?.line ?? 0);
  }
}

function visit(node: AnyNode, edits: Edit[], surroundings: Surroundings, functions: number): void {
  if ('source' in node && node.source) edits.push(importOf(node, node.source as AnyNode, surroundings));
  if (node.type === 'ImportDeclaration') checkNames(node, surroundings);
  const inner = functions + (/Function/.test(node.type) ? 1 : 0);
  for (const [, value] of Object.entries(node)) {
    const children = (Array.isArray(value) ? value : [value]).filter(isNode);
    for (const child of children) visit(child, edits, surroundings, inner);
    // a list of statements: what one of them gives names to is told behind it
    if (!Array.isArray(value) || !surroundings.tell || !/^(Program|Block|Static|SwitchCase)/.test(node.type))
      continue;
    for (const { end, names } of children.map(namedBy))
      if (names.length > 0) {
        const text = `;${surroundings.tell}({ ${names.join(', ')} }, ${inner === 0});`;
        edits.push({ start: end, end, text });
      }
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The names that a statement gives values to. */
function namedBy(node: AnyNode): { end: number; names: string[] } {
  const { end } = node;
  if (node.type === 'ExportNamedDeclaration' && node.declaration) return namedBy(node.declaration);
  if (node.type === 'VariableDeclaration')
    return { end, names: node.declarations.flatMap(({ id, init }) => (init ? namesIn(id) : [])) };
  if (node.type === 'ExpressionStatement' && node.expression.type === 'AssignmentExpression')
    return { end, names: namesIn(node.expression.left) };
  return { end, names: [] };
}

/** The variables of a pattern. */
function namesIn(node: AnyNode | null): string[] {
  switch (node?.type) {
    case 'Identifier':
      return [node.name];
    case 'ArrayPattern':
      return node.elements.flatMap(namesIn);
    case 'ObjectPattern':
      return node.properties.flatMap((each) => namesIn(each.type === 'Property' ? each.value : each));
    case 'RestElement':
      return namesIn(node.argument);
    case 'AssignmentPattern':
      return namesIn(node.left);
    default:
      return [];
  }
}

/** The import of a module, from where the worker has it. */
function importOf(node: AnyNode, source: AnyNode, { address }: Surroundings): Edit {
  const name = source.type === 'Literal' ? source.value : null;
  if (name === 'mixgrad') return { start: source.start, end: source.end, text: JSON.stringify(address) };
  const { line } = node.loc!.start;
  if (typeof name !== 'string')
    throw new ProgramError("A program in a page can import 'mixgrad' alone, by its name.", line);
  if (!/^node:/.test(name))
    throw new ProgramError(`A program in a page can import 'mixgrad' alone, not '${name}'.`, line);
  throw new ProgramError(
    `${name} is a module of Node, and this program runs in a page, which has none of them.`,
    line,
  );
}

/** @throws ProgramError where mixgrad has no such export */
function checkNames(node: Extract<AnyNode, { type: 'ImportDeclaration' }>, { exports }: Surroundings): void {
  for (const each of node.specifiers) {
    if (each.type === 'ImportNamespaceSpecifier') continue;
    const name = each.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(each.imported);
    if (exports.includes(name)) continue;
    const like = exports.find((other) => other.toLowerCase() === name.toLowerCase());
    const meant = like ? ` Did you mean '${like}'?` : '';
    throw new ProgramError(`mixgrad has no export '${name}'.${meant}`, each.loc!.start.line);
  }
}

const nameOf = (node: { type: string; name?: unknown; value?: unknown }) => String(node.name ?? node.value);
