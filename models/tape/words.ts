// What the rule of each operation does, in words: one sentence about the gradient g of its output.

const words: Readonly<Record<string, string>> = {
  add: 'A sum hands its gradient g on to both inputs.',
  sub: 'A difference hands g on to the first input, and −g to the second.',
  mul: 'Each factor of a product gets g times the other factor.',
  div: 'The numerator gets g / b, the denominator −g · a / b².',
  affine: 'The output is scale · x + shift, so x gets scale · g; the shift changes nothing.',
  exp: 'eˣ is its own derivative: x gets g times the output.',
  log: 'The derivative of log x is 1 / x: x gets g / x.',
  sqrt: 'The derivative of √x is 1 / (2√x): x gets g divided by twice the output.',
  abs: '|x| rises or falls with slope 1: x gets g times its sign.',
  sign: 'The sign is constant between its steps: x gets 0.',
  square: 'The derivative of x² is 2x: x gets 2 · x · g.',
  pow: 'The derivative of aᵇ by a is b · aᵇ⁻¹, times g; by b it is the output times log a.',
  relu: 'g passes where x is above 0, and is 0 elsewhere.',
  leakyRelu: 'g passes where x is above 0, and is multiplied by the slope elsewhere.',
  elu: 'g passes where x is above 0; elsewhere it is multiplied by the slope of the exponential.',
  gelu: 'g is multiplied by the slope of GELU at x.',
  silu: 'g is multiplied by the slope of x · σ(x) at x.',
  softplus: 'The derivative of softplus is the sigmoid: x gets g · σ(x).',
  tanh: 'The derivative of tanh is 1 − y²: x gets g · (1 − y²), with y the output.',
  sigmoid: 'The derivative of the sigmoid is y (1 − y): x gets g · y (1 − y), with y the output.',
  maximum: 'g goes to the larger of the two, element by element; where they are equal each gets half.',
  minimum: 'g goes to the smaller of the two, element by element; where they are equal each gets half.',
  where: 'g goes to the one of the two that was chosen, element by element.',
  clamp: 'g passes where x lies between the bounds, and is 0 elsewhere.',
  sum: 'Every element counted once in the sum: g is repeated for each of them.',
  expand: 'An element that was repeated gets the sum of the gradients of its copies.',
  variance: 'Each element gets g times twice its distance from the mean, divided by n − correction.',
  logSumExp: 'Each element gets its share, the softmax, of g.',
  softmax: 'Each element gets y · (g − Σ g·y): shares sum to 1, so what one gains the others lose.',
  logSoftmax: 'Each element gets its own g less its softmax times the sum of g over the row.',
  reshape: 'The same elements in another shape: g takes the shape of x.',
  permute: 'The axes of g are put back in the order of x.',
  flip: 'g is turned back as x was turned.',
  slice: 'g is put where the slice was cut out; the rest of x gets 0.',
  pad: 'What lies on the margin is cut off from g.',
  concat: 'g is cut into the parts that were put together.',
  gather: 'Each element of g is added at the place where its value was taken from.',
  scatterSum: 'Each source gets the g of the place where it was added.',
  matmul:
    'Each factor gets the matrix product of g with the other factor transposed: a gets g·bᵀ, b gets aᵀ·g.',
  conv2d:
    'x gets g spread back through the kernel, a transposed convolution; the weight gets x correlated with g, and the bias the sum of g.',
  convTranspose2d: 'x gets the convolution of g with the same kernel; the weight gets g correlated with x.',
  maxPool2d: 'g goes to the largest element of each window; the others get 0.',
  avgPool2d: 'g is divided evenly among the elements of each window.',
  adaptiveAvgPool2d: 'g is divided evenly among the elements of each window.',
  upsample: 'Each element gets the sum of g over the copies that were made of it.',
  dropout: 'g passes where the element was kept, with the same factor, and is 0 where it was dropped.',
  mixtureNorm:
    'x gets g through every component, by its posteriors, as batch norm would for the component alone; how far EM itself is differentiated the option gradient says. The weight gets Σ g · x̂, the bias Σ g.',
  moments: 'Each element gets the gradient of its mean, and that of its mean square times 2x, by its share.',
  asItWas: 'A tensor whose values were replaced since stands as it was: g is handed on.',
  accumulate: 'A sum hands its gradient g on to both inputs.',
  alias: 'The same values under another name: g is handed on.',
};

/** What a norm takes the statistics of. */
const normalized: Readonly<Record<string, string>> = {
  batchNorm: 'a channel of the batch',
  ghostBatchNorm: 'a channel of its part of the batch',
  layerNorm: 'a sample',
  groupNorm: 'a group of channels of a sample',
  instanceNorm: 'a channel of a sample',
};

function normRule(over: string, isRunning: boolean): string {
  const x = isRunning
    ? 'x gets weight · g / σ: running statistics are constants.'
    : `x gets weight · g / σ less what would only shift or stretch ${over}, since x̂ has mean 0 and variance 1 whatever x is.`;
  return `${x} The weight gets Σ g · x̂, the bias Σ g.`;
}

/** A record's operation, and the shapes it was called with. */
export interface Ruled {
  op: string;
  inputs: readonly { name: string; shape: readonly number[] }[];
  output: readonly number[];
}

const broadcasting = new Set(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'where']);

/** What the rule of a record does. */
export function describeRule({ op, inputs, output }: Ruled): string {
  const isRunning = inputs.some(({ name }) => name.startsWith('running'));
  const said = normalized[op] ? normRule(normalized[op], isRunning) : words[op];
  if (!said) return `The rule of ${op} turns g into the gradients of its inputs.`;
  const repeated = inputs.filter(({ shape }) => broadcasting.has(op) && String(shape) !== String(output));
  if (repeated.length === 0) return said;
  const names = repeated.map(({ name }) => name).join(' and ');
  return `${said} Broadcasting repeated ${names}: its gradient is summed to its own shape.`;
}
