// What a page and the worker that runs a program say to each other.
import type { Walk } from '../../../../dist/models/tape/watch.js';

/** To the worker. */
export interface Order {
  code: string;
  /** The device of new tensors. */
  device: 'reference' | 'wasm';
  /** Whether walks back are watched. */
  watch: boolean;
}

export type Level = 'log' | 'warn' | 'error';

/** What was seen of a program's tapes. */
export interface Seen {
  walks: readonly Walk[];
  /** Walks beyond those that are kept. */
  further: number;
  /** What the page did by itself, where the program called no backward(). */
  note: string;
}

/** Why a program ended, and where. */
export interface Failure {
  /** In words. */
  message: string;
  /** The line of the program, 0 where it is not known. */
  line: number;
}

/** From the worker. */
export type Report =
  | { kind: 'started' }
  | { kind: 'log'; level: Level; text: string }
  | { kind: 'done'; failure: Failure | null; seen: Seen };
