// Forward hooks: when they run, what they change, how they go; and modules of other inputs and outputs.
import t from 'tap';
import {
  add,
  Linear,
  Module,
  mul,
  OptionError,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
} from '../../lib/index.js';

const values = async (of: Tensor) => Array.from(await of.data());
const x = tensor([-1, 2]);

t.test('a hook sees module, inputs and output, also when a parent calls the module', async (t) => {
  const relu = new ReLU();
  const seen: unknown[][] = [];
  relu.registerForwardHook((...call) => {
    seen.push(call);
  });
  const y = new Sequential(relu).forward(x);
  t.equal(seen.length, 1);
  const [module, inputs, output] = seen[0];
  t.equal(module, relu);
  t.equal((inputs as unknown[])[0], x);
  t.equal(output, y, 'what returns nothing leaves the output');
});

t.test('hooks replace the output in the order they came, and can be removed in any', async (t) => {
  const relu = new ReLU();
  const removeFirst = relu.registerForwardHook((_module, _inputs, y) => add(y, 1));
  const removeSecond = relu.registerForwardHook((_module, _inputs, y) => mul(y, 10));
  t.same(await values(relu.forward(x)), [10, 30]);
  removeFirst();
  removeFirst();
  t.same(await values(relu.forward(x)), [0, 20]);
  removeSecond();
  t.same(await values(relu.forward(x)), [0, 2]);
  t.notOk(Object.hasOwn(relu, 'forward'), "the class's method is back");
  relu.registerForwardHook((_module, _inputs, y) => mul(y, 2));
  t.same(await values(relu.forward(x)), [0, 4], 'and hooks can be added again');
});

t.test('one function registered twice runs twice, and each removal takes one', async (t) => {
  const relu = new ReLU();
  const twice = (_module: ReLU, _inputs: [x: Tensor], y: Tensor) => mul(y, 2);
  const remove = relu.registerForwardHook(twice);
  relu.registerForwardHook(twice);
  t.same(await values(relu.forward(x)), [0, 8]);
  remove();
  t.same(await values(relu.forward(x)), [0, 4]);
});

t.test('a forward that is a property of the instance comes back', async (t) => {
  const relu = new ReLU();
  const own = (x: Tensor) => mul(x, 3);
  relu.forward = own;
  const remove = relu.registerForwardHook((_module, _inputs, y) => add(y, 1));
  t.same(await values(relu.forward(x)), [-2, 7]);
  remove();
  t.equal(relu.forward, own);
});

t.test('hooks leave children, state and gradients as they were', async (t) => {
  const layer = new Linear(2, 1);
  const keys = Object.keys(await layer.stateDict());
  layer.registerForwardHook((_module, _inputs, y) => mul(y, 2));
  t.same(Object.keys(await layer.stateDict()), keys);
  t.same(layer.children(), []);
  t.equal(String(layer), 'Linear(inFeatures=2, outFeatures=1, bias=true)');
  layer.forward(tensor([[1, 2]])).backward({ gradient: tensor([[1]]) });
  t.same(await values(layer.weight.grad!), [2, 4]);
});

t.test('a hook must be a function', async (t) => {
  t.throws(
    () => new ReLU().registerForwardHook(5 as never),
    new OptionError('registerForwardHook: hook is 5, expected a function'),
  );
});

t.test('a module may have several inputs and another output', async (t) => {
  class Both extends Module<[a: Tensor, b: Tensor], { sum: Tensor; product: Tensor }> {
    forward(a: Tensor, b: Tensor) {
      return { sum: add(a, b), product: mul(a, b) };
    }
  }
  class Net extends Module {
    readonly both = new Both();
    forward(x: Tensor): Tensor {
      return this.both.forward(x, x).product;
    }
  }
  const net = new Net();
  t.same(await values(net.forward(x)), [1, 4]);
  net.both.registerForwardHook((_module, [, b], { sum }) => ({ sum, product: b }));
  t.same(await values(net.forward(x)), [-1, 2]);
});
