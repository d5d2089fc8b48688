// Event files of TensorBoard: records of protocol buffers (tensorflow/core/util/event.proto), each with its length and
// masked checksums of both (tensorflow/core/lib/io/record_writer.h).
import type { Metric } from '../run/metrics.js';
import { fieldsOf } from './fields.js';

/**
 * The file of a run's metrics: a scalar a field, named `train/loss`, `eval/precise/loss` or `layers/norm3/entropy`, at the
 * metric's step. The last was written at `endedAt`.
 */
export function eventsOf(metrics: readonly Metric[], endedAt: number): Uint8Array {
  const elapsed = elapsedOf(metrics);
  const start = endedAt - (elapsed.at(-1) ?? 0);
  const version = concat([wallTime(start), text(3, 'brain.Event:2')]);
  const events = metrics.map((metric, i) => {
    const summary = bytes(5, concat(scalarsOf(metric).map(([tag, value]) => bytes(1, scalar(tag, value)))));
    return concat([wallTime(start + elapsed[i]), key(2, 0), varint(metric.step), summary]);
  });
  return concat([version, ...events].map(record));
}

/** Seconds from the run's start to each metric; an evaluation has the time of the update before it. */
function elapsedOf(metrics: readonly Metric[]): number[] {
  let last = 0;
  return metrics.map((metric) => {
    if ((metric.kind === 'train' || metric.kind === 'gan') && Number.isFinite(metric.elapsed_s))
      last = metric.elapsed_s;
    return last;
  });
}

/** What is not drawn against the step. */
const POSITIONS = ['step', 'epoch', 'elapsed_s'];

function scalarsOf(metric: Metric): [tag: string, value: number][] {
  // Both ways to evaluate are measured at one step.
  const group = 'statistics' in metric ? `${metric.kind}/${metric.statistics}` : metric.kind;
  return fieldsOf(metric).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' && !POSITIONS.includes(name) ? [[`${group}/${name}`, value]] : [],
  );
}

/** Field 1 of an event. */
const wallTime = (seconds: number) => concat([key(1, 1), new Uint8Array(Float64Array.of(seconds).buffer)]);

/** A value of a summary: its tag and its number. */
const scalar = (tag: string, value: number) =>
  concat([text(1, tag), key(2, 5), new Uint8Array(Float32Array.of(value).buffer)]);

/** What begins a field: its number and how it is written. */
const key = (field: number, wire: number) => Uint8Array.of((field << 3) | wire);

/** An integer in groups of seven bits. */
function varint(value: number): Uint8Array {
  const groups: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) | 128);
  return Uint8Array.of(...groups, rest);
}

const bytes = (field: number, content: Uint8Array) =>
  concat([key(field, 2), varint(content.length), content]);
const text = (field: number, content: string) => bytes(field, new TextEncoder().encode(content));

/** A record: length, checksum of the length, content, checksum of the content. */
function record(content: Uint8Array): Uint8Array {
  const out = new Uint8Array(16 + content.length);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, masked(crc32c(out.subarray(0, 8))), true);
  out.set(content, 12);
  view.setUint32(12 + content.length, masked(crc32c(content)), true);
  return out;
}

/** A checksum that can itself lie in what is checked. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The remainders of single bytes. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (Castagnoli). */
export function crc32c(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) crc = remainders[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
