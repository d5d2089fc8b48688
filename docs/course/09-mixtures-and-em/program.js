// A mixture of two Gaussians fitted to a histogram, round by round.
import { createRandom, emFit, openDevice, setDevice, tensor } from 'mixgrad';

const random = createRandom(5);
// 300 samples around −2, 100 around 3, of deviations 1 and 0.5.
const x = Array.from({ length: 400 }, (_, i) => (i < 300 ? -2 + random.normal() : 3 + 0.5 * random.normal()));
const K = 2;
const start = { weights: [0.5, 0.5], means: [-1, 1], variances: [4, 4] };

const density = (v, mean, variance) =>
  Math.exp(-((v - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
const joint = ({ weights, means, variances }, v) =>
  weights.map((w, k) => w * density(v, means[k], variances[k]));

/** E: how likely is it that each sample came from each component? */
function eStep(mixture) {
  return x.map((v) => {
    const each = joint(mixture, v);
    const total = each.reduce((a, b) => a + b);
    return each.map((p) => p / total);
  });
}

/** M: weight, mean and variance of each component, every sample counting as much as it is likely to be of it. */
function mStep(tau) {
  const [weights, means, variances] = [[], [], []];
  for (let k = 0; k < K; k++) {
    const n = tau.reduce((sum, t) => sum + t[k], 0);
    weights[k] = n / x.length;
    means[k] = tau.reduce((sum, t, i) => sum + t[k] * x[i], 0) / n;
    variances[k] = tau.reduce((sum, t, i) => sum + t[k] * (x[i] - means[k]) ** 2, 0) / n;
  }
  return { weights, means, variances };
}

const logLikelihood = (mixture) =>
  x.reduce((sum, v) => sum + Math.log(joint(mixture, v).reduce((a, b) => a + b)), 0) / x.length;

const digits = (values) => values.map((v) => v.toFixed(3).padStart(7)).join('');
let mixture = start;
console.log('round  weights         means           variances       log-likelihood');
for (let round = 0; round <= 20; round++) {
  if ([0, 1, 2, 5, 10, 20].includes(round))
    console.log(
      `${String(round).padStart(5)} ${Object.values(mixture).map(digits).join('  ')}`,
      logLikelihood(mixture).toFixed(4).padStart(9),
    );
  mixture = mStep(eStep(mixture));
}

setDevice(await openDevice('reference'));
const init = {
  weights: tensor(start.weights),
  means: tensor(start.means, { shape: [K, 1] }),
  variances: tensor(start.variances, { shape: [K, 1] }),
};
const fit = emFit(tensor(x, { shape: [x.length, 1] }), { init, iterations: 20, regCovar: 0 });
console.log('emFit', digits([...(await fit.weights.data())]), '', digits([...(await fit.means.data())]));

// The histogram, and above each bar the component that most of it belongs to.
const bars = Array.from({ length: 22 }, (_, i) => x.filter((v) => Math.floor((v + 6) * 2) === i).length);
const owner = bars.map((_, i) => {
  const each = joint(mixture, -6 + (i + 0.5) / 2);
  return each.indexOf(Math.max(...each));
});
for (let level = 60; level > 0; level -= 12) console.log(bars.map((n) => (n >= level ? '█' : ' ')).join(''));
console.log(owner.join(''));
