// A linear classifier for the tests: softmax regression on standardized features, by plain gradient descent.
import type { Random } from '../../lib/random.js';

/** Feature vectors [n, width] and their labels [n]. */
export interface Examples {
  features: Float64Array;
  labels: Uint8Array;
  width: number;
}

/** Trains on one set of examples and returns the accuracy on another. */
export function linearAccuracy(
  train: Examples,
  test: Examples,
  classes: number,
  epochs: number,
  random: Random,
): number {
  const { mean, scale } = moments(train);
  const a = standardized(train, mean, scale);
  const b = standardized(test, mean, scale);
  const weights = new Float64Array(classes * train.width);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const n of random.permutation(train.labels.length)) {
      const x = a.subarray(n * train.width, (n + 1) * train.width);
      const scores = softmax(products(weights, x, classes));
      for (let k = 0; k < classes; k++) {
        // d(cross-entropy)/d(score k) = p_k − [k is the label]; the step shrinks with the width and the epochs.
        const step = (0.5 / train.width / (1 + epoch)) * (scores[k] - +(k === train.labels[n]));
        for (let i = 0; i < x.length; i++) weights[k * x.length + i] -= step * x[i];
      }
    }
  }
  const right = Array.from(test.labels).filter((label, n) => {
    const scores = products(weights, b.subarray(n * test.width, (n + 1) * test.width), classes);
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / test.labels.length;
}

function moments({ features, width }: Examples) {
  const rows = features.length / width;
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let i = 0; i < features.length; i++) mean[i % width] += features[i] / rows;
  for (let i = 0; i < features.length; i++) scale[i % width] += (features[i] - mean[i % width]) ** 2 / rows;
  return { mean, scale: scale.map((variance) => 1 / Math.sqrt(variance + 1e-9)) };
}

function standardized({ features, width }: Examples, mean: Float64Array, scale: Float64Array): Float64Array {
  return features.map((value, i) => (value - mean[i % width]) * scale[i % width]);
}

function products(weights: Float64Array, x: Float64Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += weights[k * x.length + i] * x[i];
    return sum;
  });
}

function softmax(scores: number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
