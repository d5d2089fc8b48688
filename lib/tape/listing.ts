// tape(): what led to a tensor, as records, as a table and as a Mermaid graph.

import { format, type Shape } from '../shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { reachable } from './backward.js';

/** One line of a printed tape. */
export interface TapeLine {
  /** Position on the tape. */
  number: number;
  op: string;
  /** The inputs: the number of the record that made each, or its shape where it is a leaf. */
  inputs: { from: number | null; shape: Shape }[];
  shape: Shape;
  /** Size of the output. */
  bytes: number;
  /** Time of the forward call; on asynchronous devices, the time to ask for it. */
  milliseconds: number;
}

/** The records that led to a tensor, in the order of their recording. */
export class Tape {
  constructor(readonly lines: readonly TapeLine[]) {}

  /** One row a record. */
  toString(): string {
    const rows = this.lines.map(({ number, op, inputs, shape, bytes, milliseconds }) => [
      ...[
        `${number}`,
        op,
        inputs.map(({ from, shape: s }) => (from === null ? format(s) : `#${from}`)).join(' '),
      ],
      ...[format(shape), `${bytes}`, milliseconds.toFixed(3)],
    ]);
    const all = [['#', 'op', 'inputs', 'shape', 'bytes', 'ms'], ...rows];
    const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
    return all
      .map((row) =>
        row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }

  /** A Mermaid flow chart, leaves as round nodes. */
  toMermaid(): string {
    const lines = this.lines.flatMap(({ number, op, inputs, shape }) => [
      `  n${number}["${op} ${format(shape)}"]`,
      ...inputs.map(({ from, shape: leaf }, i) =>
        from === null ? `  l${number}_${i}(["${format(leaf)}"]) --> n${number}` : `  n${from} --> n${number}`,
      ),
    ]);
    return ['flowchart TD', ...lines].join('\n');
  }
}

/** The tape behind a tensor; empty for a leaf and after backward() used it up. */
export function tape(t: Tensor): Tape {
  const lines = reachable(t).map(({ number, op, inputs, output, milliseconds }) => ({
    number,
    op,
    inputs: inputs.map((input) => ({ from: input.record?.number ?? null, shape: input.shape })),
    shape: output.shape,
    bytes: output.size * (output.device.dtype === 'float64' ? 8 : 4),
    milliseconds,
  }));
  return new Tape(lines.reverse());
}
