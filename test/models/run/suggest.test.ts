// The word that was meant.
import t from 'tap';
import { suggestion } from '../../../models/run/suggest.js';

t.test('a near word is suggested, a far one is not', (t) => {
  const words = ['auto', 'wasm', 'reference', 'gpujs-cpu', 'bn'];
  const cases: [word: string, meant: string | null][] = [
    ['wsam', 'wasm'],
    ['was', 'wasm'],
    ['WASM', 'wasm'],
    ['referense', 'reference'],
    ['gpujscpu', 'gpujs-cpu'],
    ['nb', 'bn'],
    ['cuda', null],
    ['', null],
    ['x'.repeat(1000), null],
  ];
  for (const [word, meant] of cases)
    t.equal(suggestion(word, words), meant ? ` (Did you mean ${meant}?)` : '', word);
  t.equal(suggestion('a', []), '');
  t.end();
});
