// ModuleList, Softmax, and the transposed convolution as layers.
import t from 'tap';
import {
  ConvTranspose2d,
  convTranspose2d,
  createRandom,
  Linear,
  Module,
  ModuleList,
  ones,
  Softmax,
  type Tensor,
  tensor,
} from '../../lib/index.js';

class Heads extends Module {
  readonly heads = new ModuleList([new Linear(2, 3), new Linear(2, 4)]);

  forward(x: Tensor): Tensor {
    return [...this.heads].map((head) => head.forward(x).sum()).reduce((a, b) => a.add(b));
  }
}

t.test('a list of modules is walked, trained, saved and printed as part of its owner', async (t) => {
  const net = new Heads();
  t.same(
    net.namedParameters().map(([name]) => name),
    ['heads.0.weight', 'heads.0.bias', 'heads.1.weight', 'heads.1.bias'],
  );
  t.equal(net.heads.length, 2);
  t.equal(net.heads[1].outFeatures, 4);
  net.forward(ones([1, 2])).backward();
  t.ok(net.parameters().every(({ grad }) => grad !== null));
  t.equal(net.eval().heads[0].training, false);
  t.match(String(net), '(heads): ModuleList(\n    (0): Linear(inFeatures=2');
  t.same([...new ModuleList()], []);
});

t.test('a list holds the keys that an array of the same modules has', async (t) => {
  class WithArray extends Module {
    readonly heads = [new Linear(2, 3), new Linear(2, 4)];
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  t.same(Object.keys(await new Heads().stateDict()), Object.keys(await new WithArray().stateDict()));
});

t.test('softmax of a layer is along its axis', async (t) => {
  const x = tensor([
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  t.same([...(await new Softmax(0).forward(x).data())], Array(8).fill(0.25));
  t.same([...(await new Softmax(-1).forward(x).data())], Array(8).fill(0.5));
  t.equal(String(new Softmax(-1)), 'Softmax(axis=-1)');
});

t.test('a transposed convolution has the weights, bound and options of PyTorch', async (t) => {
  const options = { stride: 2, padding: 1, outputPadding: 1, groups: 2 } as const;
  const layer = new ConvTranspose2d(16, 8, 5, { ...options, random: createRandom(1) });
  t.same([layer.weight.shape, layer.bias!.shape], [[16, 4, 5, 5], [8]]);
  const bound = 1 / Math.sqrt(4 * 25);
  const largest = Math.max(...(await layer.weight.data()).map(Math.abs));
  t.ok(largest <= bound && largest > 0.99 * bound, `largest ${largest} of ${bound}`);
  const x = ones([2, 16, 3, 4]);
  const y = layer.forward(x);
  t.same(y.shape, [2, 8, 8, 10]);
  t.same(await y.data(), await convTranspose2d(x, layer.weight, layer.bias, options).data());
  t.equal(
    String(layer),
    'ConvTranspose2d(16, 8, kernelSize=[5, 5], stride=[2, 2], padding=[1, 1], groups=2, outputPadding=[1, 1])',
  );
  t.equal(new ConvTranspose2d(1, 2, 3, { bias: false, dilation: 2 }).bias, null);
});
