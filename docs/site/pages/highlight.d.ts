import type { Html } from '../../../dist/models/report/draw/html.js';

/** The kinds of words, which are their classes as well. */
export type Kind = 'comment' | 'string' | 'keyword' | 'number';
export type Piece = [text: string, kind: Kind | null];
export function wordsOf(code: string, language: string): Piece[];
export function wordOf(piece: Piece): Html;
export function highlight(code: string, language: string): Html;
