// NaN and infinities in each operand of every operator: forward and backward as PyTorch, on every device but WebGPU.
import t from 'tap';
import { readFixtures } from '../golden/fixtures.js';
import { runGolden } from '../golden/suite.js';
import { tolerances } from '../golden/tolerances.js';
import { testedDevices, tryOpen } from '../open.js';
import { rows } from './cases.js';

/** Their γ is not made infinite: that is ∞ − ∞ in PyTorch's formula, and ∞ in the definition. */
const normalizations = [
  ...['batchNorm', 'ghostBatchNorm', 'layerNorm', 'groupNorm', 'instanceNorm', 'mixtureNorm', 'modeNorm'],
];

const cases = readFixtures('test/fixtures/non-finite');

t.test('every operator has a case with NaN, ∞ and −∞ in each of its operands', async (t) => {
  for (const [op] of rows) {
    const own = cases.filter((golden) => golden.op === op);
    t.not(own.length, 0, `${op}: write its cases into test/fixtures/non-finite/non_finite.py`);
    for (const operand of new Set(own.flatMap(({ inputs }) => Object.keys(inputs)))) {
      const gamma = operand === 'weight' && normalizations.includes(op);
      for (const special of gamma ? [Number.NaN] : [Number.NaN, Infinity, -Infinity]) {
        const has = own.some(({ inputs }) => inputs[operand]?.data.includes(special));
        t.ok(has, `${op}: a case with ${special} in ${operand}`);
      }
    }
  }
});

for (const name of testedDevices) {
  const skip = name === 'gpujs-webgpu' && 'WGSL promises nothing for NaN and infinities';
  t.test(`${name}: NaN and infinities go where PyTorch has them`, { skip }, async (t) => {
    const { device } = await tryOpen(name);
    const report = await runGolden(cases, device!, tolerances[name]);
    t.same(report.failures, []);
    t.equal(report.ran.length, cases.length);
    device!.close();
  });
}
