// A tape for numbers: enough to train a neuron, and the idea of the whole framework.

/** A number that knows how it came about. */
class Value {
  grad = 0;

  constructor(data, inputs = [], rule = () => []) {
    this.data = data;
    this.inputs = inputs; // what it was computed from
    this.rule = rule; // its gradient to the gradients of these, in their order
  }

  add(other) {
    return new Value(this.data + other.data, [this, other], (g) => [g, g]);
  }

  mul(other) {
    return new Value(this.data * other.data, [this, other], (g) => [g * other.data, g * this.data]);
  }

  tanh() {
    const y = Math.tanh(this.data);
    return new Value(y, [this], (g) => [g * (1 - y * y)]);
  }

  /** Gives all that this number was computed from its gradient. */
  backward() {
    for (const value of tapeOf(this)) value.grad = 0;
    this.grad = 1;
    for (const value of tapeOf(this).reverse()) {
      const gradients = value.rule(value.grad);
      for (const [i, input] of value.inputs.entries()) input.grad += gradients[i];
    }
  }
}

/** All numbers behind one, each after what it was computed from. */
function tapeOf(last) {
  const tape = [];
  const seen = new Set();
  const visit = (value) => {
    if (seen.has(value)) return;
    seen.add(value);
    for (const input of value.inputs) visit(input);
    tape.push(value);
  };
  visit(last);
  return tape;
}

const x = new Value(3);
const y = x.mul(x).add(x); // x² + x, and x is used three times
y.backward();
console.log('dy/dx = 2x + 1 =', x.grad);

// A neuron learns "or": tanh(a·w1 + b·w2 + bias), by steps against the gradient of the squared error.
const [w1, w2, bias] = [new Value(0.1), new Value(-0.2), new Value(0)];
const minusOne = new Value(-1);
for (let step = 0; step <= 40; step++) {
  let loss = new Value(0);
  for (const [a, b, target] of [
    [0, 0, -1],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
  ]) {
    const out = w1
      .mul(new Value(a))
      .add(w2.mul(new Value(b)))
      .add(bias)
      .tanh();
    const error = out.add(minusOne.mul(new Value(target)));
    loss = loss.add(error.mul(error));
  }
  loss.backward();
  if (step % 10 === 0) console.log(`step ${step}: loss ${loss.data.toFixed(3)}`);
  for (const weight of [w1, w2, bias]) weight.data -= 0.2 * weight.grad;
}
