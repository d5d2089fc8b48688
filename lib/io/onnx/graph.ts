// The nodes and constants of a file that is being written.
import { numel, type Shape } from '../../shape.js';
import type { Size } from './sizes.js';

/** An attribute: an integer or several, a real number, or a word. */
export type Attribute = number | readonly number[] | { real: number } | { text: string };

export interface Node {
  type: string;
  name: string;
  /** Names of values; one that is left out is ''. */
  inputs: string[];
  output: string;
  attributes: Readonly<Record<string, Attribute>>;
}

/** A constant of the file: float32, or integers of 64 bits. */
export interface Constant {
  name: string;
  shape: Shape;
  values: Float32Array | BigInt64Array;
}

/** The names of the graph's input and output. */
export const INPUT = 'input';
export const OUTPUT = 'output';

/** Nodes in the order of their computation; each has one output, whose name stands for it. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly constants: Constant[] = [];
  /** The module that the next nodes come from. */
  where = '';
  private readonly names = new Set<string>([INPUT, OUTPUT]);

  /** Adds a node; returns the name of its output. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const name = this.unique(type);
    this.nodes.push({ type, name, inputs: [...inputs], output: name, attributes });
    return name;
  }

  /** Adds a constant of real numbers, with this name where it is free. */
  reals(values: ArrayLike<number>, shape: Shape = [values.length], name?: string): string {
    return this.constant(Float32Array.from(values), shape, name);
  }

  /** Adds a constant of integers. */
  integers(values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Sizes as an input of a node; those of the batch are computed. */
  shape(sizes: readonly Size[]): string {
    if (sizes.every((size) => typeof size === 'number')) return this.integers(sizes);
    const batch = this.node('Gather', [this.node('Shape', [INPUT]), this.integers([0])]);
    const parts = sizes.map((size) => {
      if (typeof size === 'number') return this.integers([size]);
      return size.times === 1 ? batch : this.node('Mul', [batch, this.integers([size.times])]);
    });
    return this.node('Concat', parts, { axis: 0 });
  }

  /** x under another shape. One size of the batch is what is left over. */
  reshape(x: string, sizes: readonly Size[]): string {
    const open = sizes.filter((size) => typeof size !== 'number').length;
    const wanted = open === 1 ? sizes.map((size) => (typeof size === 'number' ? size : -1)) : sizes;
    return this.node('Reshape', [x, this.shape(wanted)]);
  }

  /** Gives the result its name, and leaves out what it does not need. */
  finish(result: string): void {
    if (this.nodes.some(({ output }) => output === result)) this.rename(result, OUTPUT);
    else
      this.nodes.push({ type: 'Identity', name: OUTPUT, inputs: [result], output: OUTPUT, attributes: {} });
    const needed = new Set([OUTPUT]);
    const nodes = this.nodes.splice(0).reverse();
    for (const node of nodes) {
      if (!needed.has(node.output)) continue;
      for (const name of node.inputs) needed.add(name);
      this.nodes.unshift(node);
    }
    const constants = this.constants.splice(0);
    this.constants.push(...constants.filter(({ name }) => needed.has(name)));
  }

  private rename(from: string, to: string): void {
    for (const node of this.nodes) {
      node.inputs = node.inputs.map((name) => (name === from ? to : name));
      if (node.output === from) node.output = to;
    }
  }

  private constant(values: Constant['values'], shape: Shape, wanted?: string): string {
    if (numel(shape) !== values.length) throw new RangeError(`${values.length} values for [${shape}]`);
    const name = this.unique(wanted ?? 'constant', wanted ? '' : this.where);
    this.constants.push({ name, shape, values });
    return name;
  }

  /** A name that nothing has yet. */
  private unique(wanted: string, where = this.where): string {
    const base = where ? `${where}/${wanted}` : wanted;
    let name = base;
    for (let i = 2; this.names.has(name); i++) name = `${base}_${i}`;
    this.names.add(name);
    return name;
  }
}
