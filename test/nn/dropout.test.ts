// Dropout layers: training and evaluation, and their generators in state dictionaries.
import t from 'tap';
import { createRandom, Dropout, Dropout2d, Linear, manualSeed, ones, Sequential } from '../../lib/index.js';

t.test('in evaluation x passes as it is, in training it does not', async (t) => {
  for (const layer of [new Dropout({ p: 0.5 }), new Dropout2d({ p: 0.5 })]) {
    const x = ones([8, 8, 2, 2]);
    t.not(layer.forward(x), x);
    t.same(new Set(await layer.forward(x).data()), new Set([0, 2]));
    t.equal(layer.eval().forward(x), x);
    t.equal(layer.train().forward(x) === x, false);
  }
});

t.test('a layer that takes over the state of another draws the same masks', async (t) => {
  const [one, other] = [new Dropout(), new Dropout()];
  const draw = async (layer: Dropout) => (await layer.forward(ones([100])).data()).join();
  await draw(one);
  t.not(await draw(one), await draw(other), 'each has a generator of its own');
  other.loadStateDict(await one.stateDict());
  const next = await draw(one);
  t.equal(await draw(other), next);
  t.not(await draw(other), next, 'it goes on');
});

t.test('the state of a network has the generators of its dropouts; weights may come without', async (t) => {
  const net = new Sequential(new Linear(2, 2), new Dropout(), new Dropout2d({ p: 0.1 }));
  const state = await net.stateDict();
  t.same(Object.keys(state), ['0.weight', '0.bias', '1.random_state', '2.random_state']);
  const { '0.weight': weight, '0.bias': bias } = state;
  t.same(net.loadStateDict({ '0.weight': weight, '0.bias': bias }), { missingKeys: [], unexpectedKeys: [] });
  t.match(String(net), '(1): Dropout(p=0.5)\n  (2): Dropout2d(p=0.1)');
});

t.test('the seed of the process fixes the masks of layers without a generator', async (t) => {
  const draw = async () => {
    manualSeed(9);
    return (await new Dropout().forward(ones([100])).data()).join();
  };
  t.equal(await draw(), await draw());
  const given = new Dropout({ random: createRandom(1) });
  const again = new Dropout({ random: createRandom(1) });
  t.same(await given.forward(ones([50])).data(), await again.forward(ones([50])).data());
});
