import type { Order, Report } from './protocol.js';

const log = document.querySelector('#log')!;
const worker = new Worker(new URL('./trainer.ts', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }: MessageEvent<Report>) => {
  log.textContent += `${JSON.stringify(data)}\n`;
};
const order: Order = {
  kind: 'start',
  experiment: {
    ...{ model: 'cifar-cnn', width: 16, norm: 'mn', normAt: null, normGamma: 1, components: 3, iterations: 2 },
    ...{ posterior: 'joint', gradient: 'detached', scale: 'unit', seeding: 'warm', shufflePosteriors: false },
    ...{ virtualBatchSize: 8, groups: null, optimizer: 'adamw', lr: 0.001, momentum: 0.9, weightDecay: 1e-4 },
    ...{ batchSize: 32, seed: 1 },
  } as never,
  images: { kind: 'synthetic', train: 500, test: 100 },
  threads: null,
  steps: 20,
};
worker.postMessage(order);
