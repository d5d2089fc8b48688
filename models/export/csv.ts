// Metrics as comma-separated values (RFC 4180, with \n).
import type { NumbersMetric } from './metrics.js';

/** A header with every field that a metric has, and a line for each metric; what it lacks is empty. */
export function csvOf(metrics: readonly NumbersMetric[]): string {
  const names = [...new Set(metrics.flatMap((metric) => Object.keys(metric)))];
  const rows = metrics.map((metric) => {
    const values = new Map<string, unknown>(Object.entries(metric));
    return names.map((name) => values.get(name) ?? '');
  });
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: unknown): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
