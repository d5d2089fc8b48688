// The pictures of the synthetic images are what the data set and EM give.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { drawSynthetic } from '../tools/synthetic-picture.js';

t.test('the pictures are as they were drawn', async (t) => {
  const files = Object.entries(await drawSynthetic());
  t.equal(files.length, 2);
  for (const [name, content] of files)
    t.ok(readFileSync(`docs/synthetic/${name}`).equals(Buffer.from(content)), name);
});
