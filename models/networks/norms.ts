// The normalization layers a network can be built with, by name.
import {
  BatchNorm2d,
  MixtureNorm2d,
  type MixtureNormLayerOptions,
  Module,
  type Tensor,
} from '../../lib/index.js';

/** Batch normalization, mixture normalization, or nothing in its place. */
export const normNames = ['bn', 'mn', 'none'] as const;
export type NormName = (typeof normNames)[number];

/** Leaves its input as it is. */
class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Makes the named normalization of [N, features, H, W]. The options are those of mixture normalization. */
export function makeNorm(name: NormName, features: number, options: MixtureNormLayerOptions): Module {
  switch (name) {
    case 'bn':
      return new BatchNorm2d(features, { device: options.device });
    case 'mn':
      return new MixtureNorm2d(features, options);
    case 'none':
      return new Identity();
  }
}
