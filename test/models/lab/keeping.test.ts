// What is kept of a session: one that goes on from its state is the one that was not interrupted, and no other file is taken.
import t from 'tap';
import { channelStatistics } from '../../../datasets/batches.js';
import { synthetic } from '../../../datasets/synthetic.js';
import {
  loadSafetensors,
  openDevice,
  saveCheckpoint,
  saveSafetensors,
  setDevice,
} from '../../../lib/index.js';
import { choicesOf, experimentOf } from '../../../models/lab/choices.js';
import { keep, takeOver } from '../../../models/lab/keeping.js';
import { Session } from '../../../models/lab/session.js';

setDevice(await openDevice('wasm', { threads: 1 }));
const HASH = 'width=4&batchSize=8&components=2';

function sessionOf(hash = '', seed = 0, side: 'bn' | 'mn' = 'mn'): Session {
  const [train, test] = (['train', 'test'] as const).map((split) => synthetic({ split, seed, count: 20 }));
  const data = { train, test, statistics: channelStatistics(train) };
  return new Session(experimentOf(choicesOf(`#${hash}&${HASH}`), side), data);
}

async function lossesOf(session: Session, updates: number): Promise<number[]> {
  const losses: number[] = [];
  while (losses.length < updates) losses.push((await session.update()).loss);
  return losses;
}

const weightsOf = async (session: Session) => Buffer.from((await keep(session, 'weights')).bytes);

for (const hash of ['', 'right=mode', 'right=ghost&model=resnet-20&normAt=layer1'])
  t.test(`a state goes on as what was not interrupted, its rate included: ${hash || 'mn'}`, async (t) => {
    const whole = sessionOf(hash);
    await lossesOf(whole, 3); // in the second epoch
    whole.lr = 0.01;
    const { name, bytes } = await keep(whole, 'state');
    t.match(name, /^(cifar-cnn|resnet-20)-(mn|mode|ghost)-update3-state\.safetensors$/);
    const resumed = sessionOf(hash);
    await lossesOf(resumed, 1);
    t.equal(await takeOver(resumed, bytes), 'state');
    t.same([resumed.step, resumed.lr], [3, 0.01]);
    t.strictSame(await lossesOf(resumed, 3), await lossesOf(whole, 3));
    t.ok((await weightsOf(resumed)).equals(await weightsOf(whole)));
  });

t.test('weights are taken over, and evaluate as they did', async (t) => {
  const trained = sessionOf();
  await lossesOf(trained, 2);
  const { name, bytes } = await keep(trained, 'weights');
  t.equal(name, 'cifar-cnn-mn-update2.safetensors');
  t.match(loadSafetensors(bytes).metadata, { framework: 'mixgrad', model: 'cifar-cnn', norm: 'mn' });
  const other = sessionOf('seed=5');
  t.equal(await takeOver(other, bytes), 'weights');
  t.equal(other.step, 0);
  const running = async (session: Session) => (await session.evaluate())[0];
  t.strictSame(await running(other), await running(trained));
});

t.test('what does not fit is named, and changes nothing', async (t) => {
  const session = sessionOf();
  await lossesOf(session, 1);
  const before = await weightsOf(session);
  const refused = async (bytes: Uint8Array, message: RegExp) => {
    await t.rejects(takeOver(session, bytes), { message });
    t.equal(session.step, 1);
    t.ok((await weightsOf(session)).equals(before), String(message));
  };
  const state = async (other: Session) => (await keep(other, 'state')).bytes;
  await refused(await state(sessionOf('seed=5')), /experiment with seed 5, this one has 1$/);
  await refused(await state(sessionOf('', 0, 'bn')), /experiment with norm "bn", this one has "mn"$/);
  await refused(await state(sessionOf('', 7)), /of other images or labels/);
  await refused((await keep(sessionOf('', 0, 'bn'), 'weights')).bytes, /loadStateDict: .*norm1/);
  await refused(
    (await keep(sessionOf('width=8'), 'weights')).bytes,
    /loadStateDict: conv1\.weight .*\[8, 3, 5, 5\]/,
  );
  await refused(
    saveSafetensors({ x: { shape: [1], data: new Float32Array(1) } }),
    /loadStateDict: .*conv1\.weight/,
  );
  await refused(await saveCheckpoint({}, { other: 1 }), /no number of updates and no settings/);
  await refused(new TextEncoder().encode('no such file'), /^safetensors: /);
  const damaged = await state(session);
  damaged[damaged.length - 1] ^= 1;
  await refused(damaged, /damaged/);
});

t.test('a batch that is larger than the data is refused', async (t) => {
  t.throws(() => sessionOf('batchSize=21'), { message: 'batch 21: there are 20 training images' });
  t.equal(sessionOf('batchSize=20').perEpoch, 1);
});
