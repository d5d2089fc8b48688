// The networks that a page offers: those of images of 32×32 pixels that one can watch learning.

/** By name, the places of their norms, or groups of places. */
export const offered = {
  'cifar-cnn': ['conv1', 'conv2', 'conv3', 'conv4'],
  'resnet-20': ['norm1', 'layer1', 'layer2', 'layer3'],
  'densenet-40': ['block1', 'transition1', 'block2', 'transition2', 'block3', 'norm'],
  'densenet-bc-100': ['block1', 'transition1', 'block2', 'transition2', 'block3', 'norm'],
} as const satisfies Record<string, readonly string[]>;

export type Offered = keyof typeof offered;
export const offeredNames = Object.keys(offered) as Offered[];
