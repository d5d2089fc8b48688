// How modules print.
import { inspect } from 'node:util';
import t from 'tap';
import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  MixtureNorm2d,
  Module,
  ReLU,
  Sequential,
  type Tensor,
} from '../../lib/index.js';

const network = new Sequential(
  new Conv2d(3, 4, 3, { padding: 1, bias: false }),
  new Sequential(new BatchNorm2d(4), new ReLU(), new MaxPool2d(2)),
  new Conv2d(4, 4, [3, 1], { stride: [2, 1], dilation: 2, groups: 2 }),
  new MixtureNorm2d(4, { components: 2, affine: false }),
  new AvgPool2d(2, { stride: 1, countIncludePad: false }),
  new Flatten(),
  new Linear(2, 3),
);

const printed = `Sequential(
  (0): Conv2d(3, 4, kernelSize=[3, 3], stride=[1, 1], padding=[1, 1], bias=false)
  (1): Sequential(
    (0): BatchNorm2d(4, eps=0.00001, momentum=0.1, affine=true)
    (1): ReLU()
    (2): MaxPool2d(kernelSize=[2, 2], stride=[2, 2], padding=[0, 0], ceilMode=false)
  )
  (2): Conv2d(4, 4, kernelSize=[3, 1], stride=[2, 1], dilation=[2, 2], groups=2)
  (3): MixtureNorm2d(4, components=2, iterations=2, posterior=joint, gradient=detached, scale=unit, momentum=0.1, affine=false)
  (4): AvgPool2d(kernelSize=[2, 2], stride=[1, 1], padding=[0, 0], ceilMode=false, countIncludePad=false)
  (5): Flatten()
  (6): Linear(inFeatures=2, outFeatures=3, bias=true)
)`;

t.test('a network prints as PyTorch prints it: a line for each module, with its options', async (t) => {
  t.equal(String(network), printed);
  t.equal(inspect(network), printed, 'console.log prints the same');
});

t.test('options of a module that has children stand before them', async (t) => {
  class Residual extends Module {
    readonly inner = new ReLU();
    forward(x: Tensor): Tensor {
      return this.inner.forward(x);
    }
    protected override extraRepr(): string {
      return 'scale=2';
    }
  }
  t.equal(String(new Residual()), 'Residual(\n  scale=2\n  (inner): ReLU()\n)');
});
