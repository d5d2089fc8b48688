// What the page and a worker that trains say to each other.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import type { Kept, KeptFile } from '../../../dist/models/lab/keeping.js';
import type {
  Experiment,
  Filters,
  LayerWeights,
  PosteriorMap,
  Seen,
} from '../../../dist/models/lab/session.js';
import type { Classified } from '../../../dist/models/run/evaluate.js';
import type { LayerPicture } from '../../../dist/models/run/metrics.js';

/** What an experiment learns from: synthetic images, so many, or the user's own. */
export type Images =
  | { kind: 'synthetic'; train: number; test: number }
  | { kind: 'own'; train: Dataset; test: Dataset };

/** Where one looks: a layer by its name, and a test image by its number. */
export interface Look {
  layer: string;
  image: number;
}

/** To the worker. */
export type Order =
  | {
      kind: 'start';
      experiment: Experiment;
      images: Images;
      device: 'wasm' | 'webgpu';
      threads: number | null;
    }
  | { kind: 'pause' }
  | { kind: 'go' }
  | { kind: 'one step' }
  | { kind: 'rate'; lr: number }
  | ({ kind: 'look' } & Look)
  | { kind: 'keep'; what: Kept }
  | { kind: 'take over'; name: string; bytes: Uint8Array };

/** From the worker. */
export type Report =
  | { kind: 'ready'; threads: number; parameters: number; test: Dataset }
  | ({ kind: 'update' } & Seen)
  | ({ kind: 'score'; step: number; statistics: 'running' | 'precise' } & Classified)
  | { kind: 'layers'; step: number; layers: LayerPicture[] }
  | { kind: 'filters'; filters: Filters | null }
  | { kind: 'weights'; step: number; weights: LayerWeights[] }
  | ({ kind: 'map'; posterior: 'joint' | 'channel' | null; map: PosteriorMap | null } & Look)
  | { kind: 'note'; step: number; message: string }
  | ({ kind: 'file' } & KeptFile)
  | { kind: 'taken over'; name: string; what: 'weights' | 'state'; step: number; lr: number }
  /** Nothing has changed. */
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string };
