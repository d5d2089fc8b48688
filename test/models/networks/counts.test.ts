// How many parameters the networks of CIFAR's images have: as published, for 10 classes and for 100.
import t from 'tap';
import { createRandom } from '../../../lib/index.js';
import { type ModelName, makeModel } from '../../../models/networks/index.js';

/**
 * Without biases of convolutions, with γ and β of batch normalization. The CIFAR CNN's and Inception's follow from their layers; those of
 * DenseNet and ResNet-20 are those of github.com/liuzhuang13/DenseNet, github.com/osmr/imgclsmob and
 * github.com/akamaster/pytorch_resnet_cifar10.
 */
const published: [name: ModelName, of10: number, of100: number][] = [
  ['cifar-cnn', 1_442_122, 1_465_252],
  ['densenet-40', 1_019_722, 1_060_132],
  ['densenet-100', 6_979_642, 7_084_852],
  ['densenet-bc-100', 769_162, 800_032],
  ['inception-v3', 22_133_738, 22_318_148],
  ['resnet-20', 269_722, 275_572],
];

for (const [name, of10, of100] of published) {
  t.test(`${name} has ${of10} parameters for 10 classes and ${of100} for 100`, (t) => {
    const network = makeModel(name, { norm: 'bn' }, { classes: 10, random: createRandom(1) });
    const sizes = network.namedParameters().map(([key, { size }]) => [key, size] as const);
    const count = sizes.reduce((sum, [, size]) => sum + size, 0);
    t.equal(count, of10);
    // Only the classifier knows the number of classes.
    const ofLinear = sizes.reduce((sum, [key, size]) => sum + (key.startsWith('linear.') ? size : 0), 0);
    t.equal(count + 9 * ofLinear, of100);
    t.end();
  });
}
