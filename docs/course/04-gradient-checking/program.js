// How to find out whether a gradient is right, and three ways in which the check itself is wrong.
import { defineOp, exp, gradcheck, maximum, noGrad, openDevice, relu, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference')); // float64

/** (f(x + h) − f(x − h)) / 2h */
const central = (f, x, h) => (f(x + h) - f(x - h)) / (2 * h);

// 1. How large a step? Too large a step sees the curve, too small a one the rounding. f = exp at 1, whose derivative is e.
console.log('step      float64      float32');
const exp32 = (x) => Math.fround(Math.exp(Math.fround(x)));
for (const h of [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-7, 1e-10]) {
  const errors = [Math.exp, exp32].map((f) =>
    Math.abs(central(f, 1, h) - Math.E)
      .toExponential(0)
      .padStart(11),
  );
  console.log(h.toExponential(0).padEnd(6), ...errors);
}

// 2. A wrong rule is found: the gradient of a cube that forgot its 3.
const wrongCube = defineOp('wrongCube', {
  forward: ({ x }) => noGrad(() => x.mul(x).mul(x)),
  vjp: { x: ({ g, x }) => g.mul(x.mul(x)) },
});
const tell = (name, check) => {
  try {
    console.log(`${name}: error ${check()[0].error.toExponential(0)}`);
  } catch (error) {
    console.log(`${name}: ${error.name}`);
  }
};
tell('right cube', () => gradcheck((x) => x.mul(x).mul(x), [[0.5, -1.2, 2]]));
tell('wrong cube', () => gradcheck((x) => wrongCube({ x }), [[0.5, -1.2, 2]]));

// 3. At 0 the wrong rule is right, and so it is where the result does not reach the loss.
tell('wrong cube at 0', () => gradcheck((x) => wrongCube({ x }), [[0, 0]]));

// 4. A kink: at 0 neither has a derivative. relu says 0 there, maximum half of the slope, which is what the check compares with.
tell('relu at 0.1', () => gradcheck((x) => relu(x), [[0.1]]));
tell('relu at 0', () => gradcheck((x) => relu(x), [[0]]));
tell('maximum(x, 0) at 0', () => gradcheck((x) => maximum(x, 0), [[0]]));

// 5. A sum that is always the same: softmax adds up to 1, so the gradient of its sum is 0 whatever the rule says of each.
const odd = defineOp('odd', {
  forward: ({ x }) => noGrad(() => exp(x).div(exp(x).sum())),
  vjp: { x: ({ g }) => g.sub(g.mean()) }, // nonsense, but 0 for equal g
});
const x = tensor([1, 2, 3], { requiresGrad: true });
odd({ x }).sum().backward();
console.log('gradient of the sum of a wrong softmax:', (await x.grad.data()).join(' '), '(right)');
tell('the same with weights by lot', () => gradcheck((x) => odd({ x }), [[1, 2, 3]]));
