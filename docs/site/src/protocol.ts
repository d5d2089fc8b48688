// What the page and a worker that trains say to each other.
import type { Experiment, Seen } from '../../../dist/models/lab/session.js';
import type { LayerPicture } from '../../../dist/models/run/metrics.js';

/** What an experiment learns from. */
export interface Images {
  kind: 'synthetic';
  train: number;
  test: number;
}

/** To the worker. */
export type Order =
  | { kind: 'start'; experiment: Experiment; images: Images; threads: number | null }
  | { kind: 'pause' }
  | { kind: 'go' }
  | { kind: 'one step' }
  | { kind: 'rate'; lr: number };

/** From the worker. */
export type Report =
  | { kind: 'ready'; threads: number; parameters: number }
  | ({ kind: 'update' } & Seen)
  | { kind: 'score'; step: number; statistics: 'running' | 'precise'; loss: number; accuracy: number }
  | { kind: 'layers'; step: number; layers: LayerPicture[] }
  | { kind: 'failed'; message: string };
