// Gives each variable of a kernel body a name of its own. GPU.js mixes up variables of one name, silently, and minifiers
// use a name again wherever JavaScript allows it.
import * as gpujs from '#gpu.js';

/** A node of the syntax tree; its other properties are nodes, lists of nodes, or words. */
interface Node {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}

/** The parser that GPU.js reads bodies with. */
const { parse } = gpujs as unknown as { parse(text: string, options: object): Node };

/** What names mean at one place: each variable's new name. `vars` is the scope of the whole function. */
interface Scope {
  names: Map<string, string>;
  outer: Scope | null;
  vars: Scope | null;
}

class Renaming {
  private readonly edits: { start: number; end: number; text: string }[] = [];
  private readonly taken = new Set<string>();

  constructor(private readonly text: string) {}

  /** The text with all edits. */
  result(): string {
    let { text } = this;
    for (const edit of this.edits.sort((a, b) => b.start - a.start)) {
      text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    }
    return text;
  }

  /** Follows a node and all inside it. */
  visit(node: Node, scope: Scope): void {
    const { type } = node;
    if (type === 'Identifier') this.rename(node, scope);
    else if (type === 'MemberExpression') {
      this.visit(node.object as Node, scope);
      if (node.computed) this.visit(node.property as Node, scope);
    } else if (type === 'VariableDeclaration') {
      for (const { id, init } of node.declarations as { id: Node; init: Node | null }[]) {
        if (init) this.visit(init, scope);
        this.declare(id, node.kind === 'var' ? scope.vars! : scope);
      }
    } else if (/Function/.test(type)) this.visitFunction(node, scope);
    else {
      const inner = /^(Block|For)/.test(type) ? { ...scope, names: new Map(), outer: scope } : scope;
      for (const child of Object.values(node).flat()) if (isNode(child)) this.visit(child, inner);
    }
  }

  private visitFunction(node: Node, outer: Scope): void {
    const scope: Scope = { names: new Map(), outer, vars: null };
    scope.vars = scope;
    for (const parameter of node.params as Node[]) this.declare(parameter, scope);
    for (const child of [(node.body as Node).body ?? node.body].flat()) this.visit(child as Node, scope);
  }

  /** Names that a pattern declares. */
  private declare(pattern: Node, scope: Scope): void {
    if (pattern.type === 'Identifier') this.name(pattern, scope);
    // Others GPU.js refuses by itself.
    if (pattern.type !== 'ObjectPattern') return;
    for (const { value, shorthand } of pattern.properties as { value: Node; shorthand: boolean }[]) {
      if (value.type === 'Identifier') this.name(value, scope, shorthand);
    }
  }

  private name(node: Node, scope: Scope, shorthand = false): void {
    const name = node.name as string;
    if (!scope.names.has(name)) {
      let fresh = name;
      for (let n = 2; this.taken.has(fresh); n++) fresh = `${name}_${n}`;
      this.taken.add(fresh);
      scope.names.set(name, fresh);
    }
    this.rename(node, scope, shorthand);
  }

  private rename(node: Node, scope: Scope, shorthand = false): void {
    const name = node.name as string;
    let found: Scope | null = scope;
    while (found && !found.names.has(name)) found = found.outer;
    const fresh = found?.names.get(name) ?? name;
    if (fresh === name) return;
    const { start, end } = node;
    this.edits.push({ start, end, text: shorthand ? `${name}: ${fresh}` : fresh });
  }
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

/** The text of a function, in which no variable has the name of another. */
export function uniqueNames(text: string): string {
  const renaming = new Renaming(`(${text})`);
  const program = parse(`(${text})`, { ecmaVersion: 2022 });
  renaming.visit(program, { names: new Map(), outer: null, vars: null });
  return renaming.result().slice(1, -1);
}
