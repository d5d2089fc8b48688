// Batches of a data set of one's own.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { DataLoader, type DataLoaderOptions } from '../../lib/index.js';

const source = (length: number) => ({ length, get: (indices: readonly number[]) => [...indices] });

async function epoch<B>(loader: DataLoader<B>): Promise<B[]> {
  const batches: B[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

t.test('in order, with a smaller last batch or without', async (t) => {
  const all = (options: DataLoaderOptions) => epoch(new DataLoader(source(5), options));
  t.same(await all({}), [[0], [1], [2], [3], [4]]);
  t.same(await all({ batchSize: 2 }), [[0, 1], [2, 3], [4]]);
  t.same(await all({ batchSize: 2, dropLast: true, prefetch: 0 }), [
    [0, 1],
    [2, 3],
  ]);
  t.same(await all({ batchSize: 9, prefetch: 7 }), [[0, 1, 2, 3, 4]]);
  t.same(await epoch(new DataLoader(source(0))), []);
  t.equal(new DataLoader(source(5), { batchSize: 2 }).length, 3);
  t.equal(new DataLoader(source(5), { batchSize: 2, dropLast: true }).length, 2);
});

t.test('seed and epoch alone decide the order', async (t) => {
  const options = { batchSize: 4, shuffle: true, seed: 3 };
  const loader = new DataLoader(source(20), options);
  const [first, second] = [await epoch(loader), await epoch(loader)];
  t.notSame(first, second);
  t.same(
    first.flat().sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i),
    'each sample once',
  );
  const resumed = new DataLoader(source(20), options);
  resumed.epoch = 1;
  t.same(await epoch(resumed), second);
  t.equal(resumed.epoch, 2);
  t.notSame(await epoch(new DataLoader(source(20), { ...options, seed: 4 })), first);
});

t.test('batches are asked for ahead, one or as many as wished', async (t) => {
  for (const prefetch of [0, 1, 3]) {
    let asked = 0;
    const get = async (indices: readonly number[]) => {
      asked++;
      await sleep(1);
      return indices[0];
    };
    const seen: [number, number][] = [];
    for await (const batch of new DataLoader({ length: 6, get }, { prefetch })) seen.push([batch, asked]);
    t.same(
      seen.map(([batch]) => batch),
      [0, 1, 2, 3, 4, 5],
    );
    t.same(
      seen.map(([, so]) => so),
      [0, 1, 2, 3, 4, 5].map((i) => Math.min(6, i + 1 + prefetch)),
    );
  }
});

t.test('an error comes where its batch is awaited, and not before', async (t) => {
  const get = async ([i]: readonly number[]) => {
    if (i === 2) throw new Error('sample 2 is damaged');
    return i;
  };
  const seen: number[] = [];
  await t.rejects(async () => {
    for await (const batch of new DataLoader({ length: 5, get }, { prefetch: 3 })) {
      seen.push(batch);
      await sleep(5);
    }
  }, new Error('sample 2 is damaged'));
  t.same(seen, [0, 1]);
});

t.test('a loop that is left early begins a new epoch', async (t) => {
  const loader = new DataLoader(source(4));
  for await (const batch of loader) if (batch[0] === 1) break;
  t.same(await epoch(loader), [[0], [1], [2], [3]]);
  t.equal(loader.epoch, 2);
});
