// Metrics as comma-separated values (RFC 4180, with \n).
import type { Metric } from '../run/metrics.js';
import { fieldsOf } from './fields.js';

/** A header with every field that a metric has, and a line for each metric; what it lacks is empty. */
export function csvOf(metrics: readonly Metric[]): string {
  const lines = metrics.map((metric) => new Map(fieldsOf(metric)));
  const names = [...new Set(lines.flatMap((line) => [...line.keys()]))];
  const rows = lines.map((line) => names.map((name) => line.get(name) ?? ''));
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: unknown): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
