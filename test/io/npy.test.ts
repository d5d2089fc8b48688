// .npy files: what NumPy writes is read, NumPy reads what is written, and damage is named.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DataError, loadNpy, openDevice, ShapeError, saveNpy, tensor } from '../../lib/index.js';
import { pythonWith, runPython } from '../python.js';
import { normal } from '../values.js';

/** A file with this header and these values. */
function npy(header: string, values: ArrayLike<number>, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const wide = version > 1;
  const size = [0, 8, 16, 24].slice(0, wide ? 4 : 2).map((shift) => (text.length >> shift) & 255);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...size,
    ...text,
    ...Array.from(values),
  );
}

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

const small = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

t.test('what is saved is loaded', async (t) => {
  for (const shape of [[], [1], [5], [2, 3], [2, 1, 3, 4]]) {
    const x = tensor(normal(shape, 'npy'), { shape });
    const bytes = await saveNpy(x);
    const y = loadNpy(bytes);
    t.same(y.shape, shape);
    t.same(await y.data(), await x.data());
    t.equal((bytes.length - 4 * x.size) % 64, 0, 'values are aligned');
  }
  const device = await openDevice('reference');
  const x = tensor([0.1, 1e-300], { device });
  const bytes = await saveNpy(x);
  t.same(await loadNpy(bytes, { device }).data(), await x.data(), 'float64 stays');
  t.equal(loadNpy(bytes).device.dtype, 'float32');
});

t.test('every version, order and kind of values', async (t) => {
  const cases: [title: string, file: Uint8Array, values: number[]][] = [
    ['version 2', npy(header('|u1', '(3,)'), [1, 2, 3], 2), [1, 2, 3]],
    ['version 3', npy(header('|u1', '(3,)'), [1, 2, 3], 3), [1, 2, 3]],
    ['big-endian', npy(header('>i2', '(2,)'), [1, 0, 255, 254]), [256, -2]],
    ['big-endian reals', npy(header('>f4', '(1,)'), [0x40, 0x49, 0x0f, 0xdb]), [Math.fround(Math.PI)]],
    ['half precision', npy(header('<f2', '(2,)'), [0, 0x3c, 0, 0xfc]), [1, -Infinity]],
    ['booleans', npy(header('|b1', '(2,)'), [0, 1]), [0, 1]],
    ['a scalar', npy(header('|u1', '()'), [7]), [7]],
    ['columns first', npy(header('|u1', '(2, 3)', 'True'), [1, 4, 2, 5, 3, 6]), [1, 2, 3, 4, 5, 6]],
    ["Python 2's long numbers", npy(header('|u1', '(3L,)'), [1, 2, 3]), [1, 2, 3]],
    ['other quotes and order', npy('{"shape":(1,),"fortran_order":False,"descr":"|u1"}', [9]), [9]],
  ];
  for (const [title, file, values] of cases) t.same([...(await loadNpy(file).data())], values, title);
  t.same(loadNpy(npy(header('|u1', '(2, 3)', 'True'), [1, 4, 2, 5, 3, 6])).shape, [2, 3]);
  const file = npy(header('|u1', '(1,)'), [5]);
  const inside = Uint8Array.of(1, ...file, 1).subarray(1, -1);
  t.same([...(await loadNpy(inside).data())], [5], 'a view that begins anywhere');
});

t.test('damage is named', async (t) => {
  const good = await saveNpy(small);
  const cases: [title: string, file: Uint8Array, message: string][] = [
    ['nothing', new Uint8Array(0), 'npy: damaged: the file begins with "", expected "\\x93NUMPY"'],
    ['no magic', good.with(0, 0), 'npy: damaged: the file begins with "\\u0000NUMPY"'],
    ['version 4', good.with(6, 4), 'npy: version is 4, expected 1, 2 or 3'],
    [
      'cut in the length',
      good.slice(0, 9),
      'npy: damaged: it ends at byte 9, within the length of the header',
    ],
    ['cut in the header', good.slice(0, 60), 'npy: damaged: the header ends at byte 128, the file at 60'],
    [
      'cut in the values',
      good.slice(0, -1),
      'npy: damaged: 23 bytes follow the header, expected 24 for [2,3]',
    ],
    ['more than the values', Uint8Array.of(...good, 0), 'npy: damaged: 25 bytes follow the header'],
    ['no dictionary', npy('[]', []), 'npy: damaged: the header is "[]", expected {…}'],
    ['an entry twice', npy("{'descr':'|u1','descr':'|u1'}", []), "npy: damaged: the header has \"'descr'"],
    [
      'an entry missing',
      npy("{'descr':'|u1'}", []),
      'npy: damaged: the header has "descr", expected descr, fortran_order, shape',
    ],
    [
      'another order',
      npy("{'descr':'|u1','fortran_order':'x','shape':()}", [1]),
      'npy: damaged: fortran_order is neither True nor False',
    ],
    [
      'a shape of texts',
      npy("{'descr':'|u1','fortran_order':True,'shape':'2'}", [1]),
      'npy: damaged: shape is undefined',
    ],
    ['a shape with gaps', npy(header('|u1', '(1,,2)'), [1, 2]), "npy: damaged: shape is '1,,2'"],
    [
      'an empty array',
      npy(header('|u1', '(0, 3)'), []),
      'npy: shape is (0, 3), expected sizes of at least 1',
    ],
    [
      'a shape without an end',
      npy(header('|u1', `(${'9'.repeat(1000)},)`), []),
      `npy: shape is (${'9'.repeat(80)}…), expected sizes of at least 1`,
    ],
    [
      'more axes than there are values',
      npy(header('|u1', `(${'2,'.repeat(1000)})`), [1]),
      `npy: damaged: 1 bytes follow the header, expected ${2 ** 1000} for [${'2,'.repeat(40)}…]`,
    ],
    ['objects', npy(header('|O', '(1,)'), [1]), 'npy: descr is "|O", expected'],
    ['complex numbers', npy(header('<c8', '(1,)'), [1]), 'npy: descr is "<c8", expected'],
    [
      'fields',
      npy("{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}", [1]),
      "npy: descr is \"[('a','<f4')]\"",
    ],
    [
      'an integer that float32 lacks',
      npy(header('<i4', '(1,)'), [1, 0, 0, 1]),
      'npy: the array holds 16777217 at position 0',
    ],
  ];
  for (const [title, file, message] of cases) {
    try {
      loadNpy(file);
      t.fail(`${title} was loaded`);
    } catch (error) {
      t.type(error, DataError, title);
      t.ok((error as Error).message.startsWith(message), `${title}: ${(error as Error).message}`);
    }
  }
  await t.rejects(saveNpy(tensor([1], { shape: Array(33).fill(1) })), {
    constructor: ShapeError,
    message: 'saveNpy: x has 33 axes, expected at most 32',
  });
});

const numpy = pythonWith('numpy');

t.test('NumPy reads what is written', { skip: numpy.skip }, async (t) => {
  const path = join(t.testdir({}), 'ours.npy');
  writeFileSync(path, await saveNpy(small));
  const program = 'import sys, numpy; a = numpy.load(sys.argv[1]); print(a.dtype, a.shape, a.tolist())';
  t.equal(
    runPython(numpy.python, ['-c', program, path]),
    'float32 (2, 3) [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]\n',
  );
});

t.test('what NumPy writes is read', { skip: numpy.skip }, async (t) => {
  const folder = t.testdir({});
  const program = `
import sys, numpy
from numpy.lib import format
values = numpy.arange(-6, 6).reshape(2, 3, 2)
for order in "CF":
    for name in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1".split():
        for end in "<>":
            array = numpy.asarray(numpy.abs(values) if name[0] == "u" else values, end + name, order)
            for version in (1, 0), (2, 0), (3, 0):
                with open(f"{sys.argv[1]}/{name[0]}-{name}-{ord(end)}-{order}-{version[0]}.npy", "wb") as file:
                    format.write_array(file, array, version)
`;
  t.equal(runPython(numpy.python, ['-W', 'ignore', '-c', program, folder]), '');
  const files = readdirSync(folder);
  t.equal(files.length, 12 * 2 * 2 * 3);
  const values = Array.from({ length: 12 }, (_, i) => i - 6);
  const expected: Record<string, number[]> = {
    u: values.map(Math.abs),
    b: values.map((value) => Number(value !== 0)),
  };
  for (const file of files) {
    const y = loadNpy(readFileSync(join(folder, file)));
    t.same(y.shape, [2, 3, 2], file);
    t.same([...(await y.data())], expected[file[0]] ?? values, file);
  }
});
