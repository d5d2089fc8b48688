// Normalization as a Fisher vector: of one Gaussian it is batch normalization, of a mixture mixture normalization.
import { batchNorm, fisherVector, mixtureNorm, openDevice, setDevice, tensor } from 'mixgrad';

setDevice(await openDevice('reference'));
const three = (v) => (Math.round(1000 * v) / 1000 || 0).toFixed(3).padStart(7); // no −0
const show = (what, values) => console.log(what.padEnd(27), Array.from(values, three).join(''));

// A channel with two modes: four samples around −4, two around 5.
const samples = [-5, -4, -4, -3, 4.5, 5.5];
const x = tensor(samples, { shape: [6, 1] });
const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
const deviation = (v) => Math.sqrt(mean(v.map((a) => (a - mean(v)) ** 2)));

// 1. One Gaussian. How would its mean have to move for x to become more likely? d log p/dm = (x − m)/σ². Divided by the deviation
// of that slope, 1/σ, it is (x − m)/σ.
const [m, s] = [mean(samples), deviation(samples)];
show(
  'slope of log p by m',
  samples.map((v) => (v - m) / s ** 2),
);
show(
  'in its own deviations',
  samples.map((v) => (v - m) / s),
);
show('batchNorm', await batchNorm(x, { training: true, eps: 0 }).data());

// 2. Two. The slope by the mean of component k is τ_k (x − m_k)/σ_k², and its deviation √λ_k/σ_k.
const [left, right] = [samples.slice(0, 4), samples.slice(4)];
const mixture = {
  weights: tensor([4 / 6, 2 / 6]),
  means: tensor([[mean(left)], [mean(right)]]),
  variances: tensor([[deviation(left) ** 2], [deviation(right) ** 2]]),
};
const parts = await fisherVector(x, mixture).means.data(); // [K, N, 1]
show('Fisher vector, component 0', parts.slice(0, 6));
show('Fisher vector, component 1', parts.slice(6));
show(
  'their sum',
  parts.slice(0, 6).map((v, i) => v + parts[6 + i]),
);
const norm = (scale) => mixtureNorm(x, { init: mixture, training: true, iterations: 0, eps: 0, scale }).y;
show('mixtureNorm, scale fisher', await norm('fisher').data());
show('mixtureNorm, scale unit', await norm('unit').data());

// 3. How far does the output reach? One Gaussian: variance 1. K hard components with 1/√λ: variance K.
const variance = (v) => mean(v.map((a) => (a - mean([...v])) ** 2));
console.log('variance with 1/√λ', variance([...(await norm('fisher').data())]).toFixed(3));
console.log('without           ', variance([...(await norm('unit').data())]).toFixed(3));
