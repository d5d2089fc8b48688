// Methods that move and index values, and layers that bring images to another size.
import { OptionError, ShapeError } from '../../lib/index.js';
import { image, js, type Misuses, make, x } from './given.js';

export const movement: Misuses = {
  'Tensor.split': {
    'sizes before the axis': [
      () => js(x()).split([1, 1], 0),
      ShapeError,
      'split: axis [1,1] is not an axis of a tensor with 2 axes',
    ],
    'sizes that do not fill the axis': [
      () => js(x()).split(0, [1, 2]),
      ShapeError,
      'split: sizes [1, 2] of 3 entries, axis 0 has 2',
    ],
  },
  'Tensor.flip': {
    'no axis': [() => js(x()).flip(), ShapeError, 'flip: axis is undefined, expected an array of integers'],
  },
  'Tensor.unsqueeze': {
    'no axis': [
      () => js(x()).unsqueeze(),
      ShapeError,
      'unsqueeze: axis undefined is not an axis of a tensor with 3 axes',
    ],
  },
  'Tensor.squeeze': {
    'a list of axes': [
      () => js(x()).squeeze([0]),
      ShapeError,
      'squeeze: axis [0] is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.transpose': {
    'one axis alone': [
      () => js(x()).transpose(0),
      ShapeError,
      'transpose: axis undefined is not an axis of a tensor with 2 axes',
    ],
  },
  'Tensor.flatten': {
    'an axis as text': [
      () => js(x()).flatten('1'),
      ShapeError,
      "flatten: axis '1' is not an axis of a tensor with 2 axes",
    ],
  },
  'Tensor.scatterAdd': {
    'no source': [
      () => js(x()).scatterAdd(0, [[1, 1]]),
      OptionError,
      'scatterAdd: source is undefined, expected a tensor',
    ],
    'an index past the end': [
      () => js(x()).scatterAdd(0, [[2, 1]], x()),
      OptionError,
      'scatterAdd: index 0 is 2, expected an integer from 0 to 1',
    ],
  },
  AdaptiveAvgPool2d: {
    'no size': [
      () => make('AdaptiveAvgPool2d'),
      OptionError,
      'AdaptiveAvgPool2d: outputSize is undefined, expected an integer of at least 1, or a pair of them',
    ],
    'a size of the input': [
      () => make('AdaptiveAvgPool2d', [null, 2]),
      OptionError,
      'AdaptiveAvgPool2d: outputSize is [null,2], expected an integer of at least 1, or a pair of them',
    ],
  },
  'AdaptiveAvgPool2d.forward': {
    'two axes': [
      () => make('AdaptiveAvgPool2d', 1).forward(x()),
      ShapeError,
      'adaptiveAvgPool2d: x has shape [2, 2], expected [N, C, H, W]',
    ],
  },
  Upsample: {
    'half a factor': [
      () => make('Upsample', { scaleFactor: 0.5 }),
      OptionError,
      'Upsample: scaleFactor is 0.5, expected an integer of at least 1, or a pair of them',
    ],
    'the factor alone': [
      () => make('Upsample', 2),
      OptionError,
      /^Upsample: its options are 2, expected an object such as \{/,
    ],
    'factor and size': [
      () => make('Upsample', { scaleFactor: 2, size: 2 }),
      OptionError,
      'Upsample: got both scaleFactor and size, expected one of them',
    ],
  },
  'Upsample.forward': {
    nothing: [
      () => make('Upsample', { scaleFactor: 2 }).forward(),
      OptionError,
      'upsample: x is undefined, expected a tensor',
    ],
    'more elements than fit': [
      () => make('Upsample', { scaleFactor: 2 ** 20 }).forward(image()),
      ShapeError,
      /^upsample: shape .* elements, expected at most 2147483647$/,
    ],
  },
};
