// tape(): what led to a tensor, as records, as a table and as a Mermaid graph.

import { format, type Shape } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { reachable } from './backward.js';
import { checkTensors } from './run.js';
import { tensorsIn } from './scope.js';

/** One line of a printed tape. */
export interface TapeLine {
  /** Position on the tape. */
  number: number;
  op: string;
  /** The inputs: the number of the record that made each, or its shape where it is a leaf. */
  inputs: { from: number | null; shape: Shape }[];
  /** The arguments that are no tensors, by name. */
  attributes: Readonly<Record<string, unknown>>;
  shape: Shape;
  /** Size of the output. */
  bytes: number;
  /** Time of the forward call; on asynchronous devices, the time to ask for it. */
  milliseconds: number;
}

/**
 * The records that led to a tensor, in the order of their recording.
 *
 * @example
 * ```js
 * import { tape, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * const listing = tape(x.exp().sum(1));
 * console.log(listing.lines.map(({ op, shape }) => `${op} [${shape}]`).join(', '));
 * console.log(listing.toMermaid().replace(/[\d.]+ ms/g, '? ms'));
 * ```
 * ```text
 * exp [2,2], sum [2]
 * flowchart TD
 *   n0["exp [2, 2]<br/>16 bytes, ? ms"]
 *   l0_0(["[2, 2]"]) --> n0
 *   n1["sum [2]<br/>axes [1]<br/>8 bytes, ? ms"]
 *   n0 --> n1
 * ```
 */
export class Tape {
  constructor(readonly lines: readonly TapeLine[]) {}

  /** One row a record. */
  toString(): string {
    const rows = this.lines.map((line) => [
      `${line.number}`,
      line.op,
      line.inputs.map(({ from, shape }) => (from === null ? format(shape) : `#${from}`)).join(' '),
      written(line.attributes),
      format(line.shape),
      `${line.bytes}`,
      line.milliseconds.toFixed(3),
    ]);
    return alignColumns([['#', 'op', 'inputs', 'attributes', 'shape', 'bytes', 'ms'], ...rows]);
  }

  /** A Mermaid flow chart: a box for each record, with what the table has of it, and leaves as round nodes. */
  toMermaid(): string {
    const lines = this.lines.flatMap((line) => [
      `  n${line.number}["${described(line).map(escaped).join('<br/>')}"]`,
      ...line.inputs.map(({ from, shape }, i) =>
        from === null
          ? `  l${line.number}_${i}(["${format(shape)}"]) --> n${line.number}`
          : `  n${from} --> n${line.number}`,
      ),
    ]);
    return ['flowchart TD', ...lines].join('\n');
  }
}

/** A record as the lines of a box. */
function described({ op, shape, attributes, bytes, milliseconds }: TapeLine): string[] {
  const lines = [
    `${op} ${format(shape)}`,
    written(attributes),
    `${bytes} bytes, ${milliseconds.toFixed(3)} ms`,
  ];
  return lines.filter((line) => line !== '');
}

/** A text without what has a meaning in Mermaid, each such character by its number. */
function escaped(text: string): string {
  return text.replace(/["#&<>]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** Rows of cells as lines with aligned columns. */
function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i])).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Attributes as `stride [2, 2], groups 1`. */
function written(attributes: Readonly<Record<string, unknown>>): string {
  const value = (v: unknown) => (Array.isArray(v) ? format(v) : String(v));
  return Object.entries(attributes)
    .map(([name, v]) => `${name} ${value(v)}`)
    .join(', ');
}

/** The arguments of a record that are values: neither tensors nor functions. */
function attributesOf(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).filter(
      ([, value]) => value !== null && typeof value !== 'function' && tensorsIn(value).length === 0,
    ),
  );
}

/**
 * The tape behind a tensor; empty for a leaf and after backward() used it up.
 *
 * @example
 * ```js
 * import { tape, tensor } from 'mixgrad';
 *
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * for (const { op, inputs, attributes } of tape(x.mul(2).sum(1)).lines) console.log(op, inputs, attributes);
 * ```
 * ```text
 * affine [ { from: null, shape: [ 2, 2 ] } ] { scale: 2, shift: -0 }
 * sum [ { from: 0, shape: [ 2, 2 ] } ] { axes: [ 1 ] }
 * ```
 */
export function tape(t: Tensor): Tape {
  checkTensors('tape', { t });
  const lines = reachable([t]).map(({ number, op, args, inputs, output, milliseconds }) => ({
    number,
    op,
    inputs: inputs.map((input) => ({ from: input.record?.number ?? null, shape: input.shape })),
    attributes: attributesOf(args),
    shape: output.shape,
    bytes: output.size * (output.device.dtype === 'float64' ? 8 : 4),
    milliseconds,
  }));
  return new Tape(lines.reverse());
}
