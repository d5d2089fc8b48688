// The drawings that were kept, by class, and the same as a text that a browser can store.
import { IMAGE_SIZE } from '../../../datasets/dataset.js';
import type { Drawings } from './drawing.js';

/** The text of drawings. */
export function textOf(drawings: Drawings): string {
  return JSON.stringify([...drawings].map(([name, own]) => [name, own.map(toBase64)]));
}

/** The drawings of a text; null where it is none of {@link textOf}. */
export function drawingsOf(text: string): Map<string, Uint8Array[]> | null {
  try {
    const entries = (JSON.parse(text) as [string, string[]][]).map(
      ([name, own]) => [name, own.map(fromBase64)] as const,
    );
    const isWhole = entries.every(([, own]) => own.every(({ length }) => length === IMAGE_SIZE));
    return isWhole ? new Map(entries) : null;
  } catch {
    return null;
  }
}

const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
