// What a program prints in a page is what Node prints.
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { formatLog } from '../../../models/tape/inspect.js';
import { property } from '../../property.js';

class Point {
  x = 1;
  y = [2, -0];
}

const values: readonly (readonly unknown[])[] = [
  ['text', 1, -0, null, undefined, true, 12n, NaN],
  [[], {}, [1, 2, 3], new Float32Array([0.1, 0.2]), new Float64Array(7)],
  [['a', "it's", 'both \' and "', 'a\nb']],
  [{ a: 1, 'b c': { d: [{ e: { f: 1 } }] } }],
  [new Point(), new Map([['a', 1]]), new Set([1, 'b'])],
  [Array.from({ length: 130 }, (_, i) => i * i)],
  [Array.from({ length: 30 }, (_, i) => 'x'.repeat(i % 9))],
  [new Float32Array(Array.from({ length: 40 }, (_, i) => Math.sin(i)))],
  [{ layers: Array.from({ length: 20 }, (_, i) => i), name: 'x'.repeat(70) }],
  [Math.max, () => {}, class A {}],
];
for (const each of values) t.equal(formatLog(each), format('', ...each).slice(1), format(...each));

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.boolean(),
    fc.stringMatching(/^[ -~\n\t]{0,20}$/),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.array(fc.double(), { maxLength: 120 }),
    fc.float32Array({ maxLength: 120 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), tie('value'), { noNullPrototype: true, maxKeys: 8 }),
  ),
}));

property('any value, as Node prints it', [value], (value) => formatLog([[value]]) === inspect([value]));
