// Convolution and its transpose.
import {
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  conv2d,
  convTranspose2d,
  OptionError,
  ShapeError,
  type Tensor,
} from '../../../lib/index.js';
import { type GoldenCall, on, type Row } from '../row.js';

const by = (options: Conv2dOptions) => (x: Tensor, w: Tensor, bias?: Tensor) =>
  conv2d(x, w, bias ?? null, options);

const conv2dRow: Row = {
  cases: {
    'one pixel': on(by({}), [1, 1, 1, 1], [1, 1, 1, 1], [1]),
    'a bias': on(by({}), [2, 3, 5, 4], [4, 3, 3, 3], [4]),
    'padding that keeps the size': on(by({ padding: 1 }), [2, 2, 5, 7], [3, 2, 3, 3]),
    'padding wider than the image': on(by({ padding: 3 }), [1, 2, 2, 2], [2, 2, 3, 3]),
    'stride 2 that leaves a rest': on(by({ stride: 2, padding: 1 }), [2, 2, 6, 5], [3, 2, 3, 3]),
    'stride beyond the kernel': on(by({ stride: 3 }), [1, 2, 7, 7], [2, 2, 2, 2]),
    dilation: on(by({ dilation: [2, 3], padding: 1 }), [1, 2, 7, 6], [2, 2, 3, 2]),
    'two groups': on(by({ groups: 2, padding: 1 }), [1, 4, 4, 3], [6, 2, 3, 3], [6]),
    depthwise: on(by({ groups: 5, padding: 1 }), [1, 5, 4, 4], [5, 1, 3, 3]),
    'height and width apart': on(
      by({ stride: [2, 1], padding: [0, 2], dilation: [1, 2], groups: 2 }),
      [2, 4, 6, 5],
      [2, 2, 3, 2],
    ),
    'one by one': on(by({}), [2, 5, 3, 3], [7, 5, 1, 1], [7]),
    'a kernel as large as the image': on(by({}), [2, 3, 4, 4], [2, 3, 4, 4]),
  },
  devicesOnly: {
    because: 'a thousand central differences and more',
    cases: {
      'five by five, as in the CIFAR network': on(by({ padding: 2 }), [2, 3, 17, 15], [9, 3, 5, 5]),
      'channels past a block': on(by({ padding: 1 }), [1, 17, 9, 9], [13, 17, 3, 3]),
    },
  },
  second: 'operations',
  golden: ({ inputs: { x, weight, bias }, attrs }: GoldenCall<Conv2dOptions>) =>
    conv2d(x, weight, bias ?? null, attrs),
  call: (of) => [
    of(1, 4, 5, 5),
    of(2, 2, 3, 3),
    of(2),
    { stride: 2, padding: [1, 0], dilation: 1, groups: 2 },
  ],
  accepts: { 2: ['null'] },
  bad: {
    'x without a batch': [
      (of) => conv2d(of(3, 5, 5), of(4, 3, 3, 3)),
      ShapeError,
      /^conv2d: x has shape \[3, 5, 5\], expected \[N, C, H, W\]$/,
    ],
    'a weight of two axes': [
      (of) => conv2d(of(1, 3, 5, 5), of(3, 3)),
      ShapeError,
      /^conv2d: weight has shape \[3, 3\], expected \[O, C\/groups, KH, KW\]$/,
    ],
    'other channels': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 4, 3, 3)),
      ShapeError,
      /^conv2d: x has 3 channels, weight expects 4 \(groups 1\)$/,
    ],
    'another bias': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), of(3)),
      ShapeError,
      /^conv2d: bias has shape \[3\], expected \[4\]$/,
    ],
    'a kernel larger than the image': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 7, 7)),
      ShapeError,
      /^conv2d: the kernel covers \[7, 7\], more than the padded input \[5, 5\]$/,
    ],
    'a dilation that makes it so': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { dilation: 3 }),
      ShapeError,
      /^conv2d: the kernel covers \[7, 7\], more than the padded input \[5, 5\]$/,
    ],
    'groups that do not divide': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { groups: 3 }),
      OptionError,
      /^conv2d: groups is 3, expected a divisor of the 4 output channels$/,
    ],
    'stride 0': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { stride: 0 }),
      OptionError,
      /^conv2d: stride is 0, expected an integer of at least 1, or a pair of them$/,
    ],
    'a negative padding': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { padding: [1, -1] }),
      OptionError,
      /^conv2d: padding is \[1,-1\], expected an integer of at least 0, or a pair of them$/,
    ],
    'half a dilation': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { dilation: 1.5 }),
      OptionError,
      /^conv2d: dilation is 1.5, expected an integer of at least 1, or a pair of them$/,
    ],
    'the name of another library': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), null, { pad: 1 } as never),
      OptionError,
      /^conv2d: no option 'pad'; it has stride, padding, dilation, groups$/,
    ],
    'options in the place of the bias': [
      (of) => conv2d(of(1, 3, 5, 5), of(4, 3, 3, 3), { padding: 1 } as never),
      OptionError,
      /^conv2d: bias is an object, expected a tensor$/,
    ],
  },
};

const back = (options: ConvTranspose2dOptions) => (x: Tensor, w: Tensor, bias?: Tensor) =>
  convTranspose2d(x, w, bias ?? null, options);

const convTranspose2dRow: Row = {
  cases: {
    'one pixel': on(back({}), [1, 1, 1, 1], [1, 1, 1, 1], [1]),
    'from one pixel to four by four, as in DCGAN': on(back({}), [2, 3, 1, 1], [3, 2, 4, 4], [2]),
    'stride 2, as in DCGAN': on(back({ stride: 2, padding: 1 }), [1, 3, 3, 3], [3, 2, 4, 4], [2]),
    'output padding': on(
      back({ stride: [2, 3], padding: 1, outputPadding: [1, 2] }),
      [2, 2, 3, 2],
      [2, 3, 3, 3],
    ),
    'output padding beyond the stride, below the dilation': on(
      back({ stride: [1, 2], padding: 1, dilation: [2, 4], outputPadding: [1, 3] }),
      [2, 2, 3, 4],
      [2, 3, 3, 2],
    ),
    'dilation and groups': on(
      back({ dilation: [1, 2], padding: [1, 0], groups: 2 }),
      [1, 4, 3, 4],
      [4, 3, 3, 2],
    ),
    'stride beyond the kernel': on(back({ stride: 3 }), [1, 2, 2, 3], [2, 2, 2, 2]),
  },
  second: 'operations',
  golden: ({ inputs: { x, weight, bias }, attrs }: GoldenCall<ConvTranspose2dOptions>) =>
    convTranspose2d(x, weight, bias ?? null, attrs),
  call: (of) => [
    of(1, 4, 3, 3),
    of(4, 2, 3, 3),
    of(4),
    { stride: 2, padding: [1, 0], dilation: 1, groups: 2, outputPadding: 1 },
  ],
  accepts: { 2: ['null'] },
  bad: {
    'a weight of one axis': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2)),
      ShapeError,
      /^convTranspose2d: weight has shape \[2\], expected \[C, O\/groups, KH, KW\]$/,
    ],
    'x of one axis': [
      (of) => convTranspose2d(of(1), of(2, 3, 3, 3)),
      ShapeError,
      /^convTranspose2d: x has shape \[1\], expected \[N, C, H, W\]$/,
    ],
    'other channels': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(3, 2, 3, 3)),
      ShapeError,
      /^convTranspose2d: x has 2 channels, weight expects 3$/,
    ],
    'another bias': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), of(2)),
      ShapeError,
      /^convTranspose2d: bias has shape \[2\], expected \[3\]$/,
    ],
    'groups that do not divide': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, { groups: 3 }),
      OptionError,
      /^convTranspose2d: groups is 3, expected a divisor of the 2 input channels$/,
    ],
    'an output padding as large as the stride': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, { outputPadding: 1 }),
      OptionError,
      /^convTranspose2d: outputPadding is \[1, 1\], expected less than the stride or the dilation$/,
    ],
    'an output padding as large as the larger of the two': [
      (of) => {
        const options = { stride: [1, 3], dilation: [2, 1], outputPadding: [1, 3] } as const;
        return convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, options);
      },
      OptionError,
      /^convTranspose2d: outputPadding is \[1, 3\], expected less than the stride or the dilation$/,
    ],
    'a padding that leaves nothing': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, { padding: 3 }),
      ShapeError,
      /^convTranspose2d: the output would be \[-1, -1\]; use less padding$/,
    ],
    'stride 0': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, { stride: 0 }),
      OptionError,
      /^convTranspose2d: stride is 0, expected an integer of at least 1, or a pair of them$/,
    ],
    'the name of another library': [
      (of) => convTranspose2d(of(1, 2, 3, 3), of(2, 3, 3, 3), null, { output_padding: 1 } as never),
      OptionError,
      /^convTranspose2d: no option 'output_padding'; it has stride, padding, dilation, groups, outputPadding$/,
    ],
  },
};

export const convolutions = { conv2d: conv2dRow, convTranspose2d: convTranspose2dRow };
