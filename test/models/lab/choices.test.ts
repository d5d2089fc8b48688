// What the page's fields can say, and what experiments they make.
import t from 'tap';
import {
  type Choices,
  choicesOf,
  experimentOf,
  fields,
  hashOf,
  isPossible,
} from '../../../models/lab/choices.js';
import type { Field } from '../../../models/lab/field.js';
import { offered, offeredNames } from '../../../models/lab/offered.js';
import { modelsOf, networks } from '../../../models/networks/index.js';
import { findFault } from '../../../models/networks/norms.js';
import { placesOf } from '../../../models/networks/places.js';

t.test('the networks offered take such images, and have these places', async (t) => {
  for (const name of offeredNames) {
    t.ok(modelsOf([3, 32, 32]).includes(name));
    t.equal(offered[name].join(', '), placesOf(networks[name]));
  }
});

t.test('a link says what is not initial, and nothing that cannot be', async (t) => {
  const hash = 'data=folder&model=resnet-20&left=ghost&normAt=layer2&device=webgpu';
  t.equal(hashOf(choicesOf(`#${hash}`)), hash);
  t.equal(hashOf(choicesOf('#data=mnist&model=mlp&left=x&normAt=layer2&images=1&lr=2&other=1')), '');
  t.equal(
    hashOf(choicesOf('#normAt=layer2&model=resnet-20')),
    'model=resnet-20&normAt=layer2',
    'in any order',
  );
});

t.test('every choice of norms makes an experiment that its network accepts', async (t) => {
  const words = (name: keyof Choices) => {
    const field: Field = fields.find((field) => field.name === name)!;
    return 'words' in field ? field.words : [];
  };
  for (const model of offeredNames)
    for (const left of words('left'))
      for (const normAt of ['all', ...offered[model]]) {
        const choices = choicesOf(`#${new URLSearchParams({ model, left, normAt })}`);
        t.equal(findFault(experimentOf(choices, 'bn'), networks[model]), null, `${model} ${left} ${normAt}`);
      }
  const { norm, normAt } = experimentOf(choicesOf('#right=group&normAt=conv2'), 'mn');
  t.same([norm, normAt], ['group', ['conv2']]);
});

t.test('the places of a norm are those of the network that is chosen', async (t) => {
  const field = fields.find(({ name }) => name === 'normAt')!;
  t.equal(isPossible(field, 'layer1', choicesOf('#model=resnet-20')), true);
  t.equal(isPossible(field, 'layer1', choicesOf('')), false);
});
