// Arrays as bytes, in NumPy's format .npy (numpy.lib.format): a magic word and a version, the length of the header, a header
// written as a Python dictionary, then the values.
import type { Device, Floats } from '../../kernels/devices/device.js';
import { DataError, ShapeError } from '../errors.js';
import { describe, readOptions } from '../options.js';
import { numel, type Shape, strides } from '../shape.js';
import { checkTensors } from '../tape/run.js';
import { deviceOption, tensor } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { bytesOf, type FileBytes } from './bytes.js';
import { bytesPerValue, type DtypeName, decode } from './dtypes.js';

/** Options of loadNpy. */
export interface NpyOptions {
  /** @default currentDevice() */
  device?: Device | null;
}

const MAGIC = '\x93NUMPY';
/** The header ends where values may begin: at a multiple of so many bytes. */
const ALIGNMENT = 64;
/** What NumPy's arrays have at most. */
const MOST_AXES = 32;

/** Types by kind and bytes. */
const types: Readonly<Record<string, DtypeName>> = {
  b1: 'BOOL',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
};

/** What a header says. */
interface Header {
  type: DtypeName;
  bigEndian: boolean;
  /** Whether the first axis is the one whose entries are neighbours. */
  fortran: boolean;
  shape: number[];
}

/**
 * The bytes of a .npy file of a tensor: float32, or float64 where the device has it.
 * @throws ShapeError for more axes than NumPy has, 32
 *
 * @example
 * ```js
 * import { loadNpy, saveNpy, tensor } from 'mixgrad';
 *
 * const bytes = await saveNpy(tensor([[1, 2], [3, 4]]));
 * console.log(bytes.length, loadNpy(bytes).shape);
 * ```
 * ```text
 * 144 [ 2, 2 ]
 * ```
 */
export async function saveNpy(x: Tensor): Promise<Uint8Array> {
  checkTensors('saveNpy', { x });
  const { shape } = x;
  if (shape.length > MOST_AXES)
    throw new ShapeError(`saveNpy: x has ${shape.length} axes, expected at most ${MOST_AXES}`);
  const data = await x.data();
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f${data.BYTES_PER_ELEMENT}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const start = MAGIC.length + 4;
  const length = Math.ceil((start + header.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const text = `${MAGIC}\x01\x00${String.fromCharCode(length & 255, length >> 8)}${header.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(start + length + data.byteLength);
  bytes.set(Array.from(text, (letter) => letter.charCodeAt(0)));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + length);
  return bytes;
}

/**
 * Reads the bytes of a .npy file, version 1 to 3, of either byte order and either order of axes: real numbers of 2, 4 and 8
 * bytes, integers and booleans, as numbers of the device.
 * @throws DataError saying what is damaged, which type is none of these, or which integer float32 does not have
 *
 * @example
 * ```js
 * import { loadNpy, saveNpy, tensor } from 'mixgrad';
 *
 * console.log(await loadNpy(await saveNpy(tensor([1, 2.5]))).data());
 * ```
 * ```text
 * Float32Array(2) [ 1, 2.5 ]
 * ```
 */
export function loadNpy(file: FileBytes, options: NpyOptions = {}): Tensor {
  const { device } = readOptions('loadNpy', options, { device: deviceOption });
  const bytes = bytesOf('npy', file);
  const { text, start } = headerOf(bytes);
  const { type, bigEndian, fortran, shape } = parse(text);
  const width = bytesPerValue(type);
  const expected = numel(shape) * width;
  if (bytes.length - start !== expected) {
    throw damaged(
      `${bytes.length - start} bytes follow the header, expected ${expected} for [${short(`${shape}`)}]`,
    );
  }
  const own = bytes.subarray(start);
  const values = decode('npy: the array', type, bigEndian ? swapped(own, width) : own);
  return tensor(fortran ? rowMajor(values, shape) : values, { shape, device });
}

function damaged(reason: string): DataError {
  return new DataError(`npy: damaged: ${reason}`);
}

/** The header's text, and where the values start. */
function headerOf(bytes: Uint8Array): { text: string; start: number } {
  const head = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (head !== MAGIC) throw damaged(`the file begins with ${JSON.stringify(head)}, expected "\\x93NUMPY"`);
  const version = bytes[MAGIC.length];
  if (!(version >= 1 && version <= 3)) throw new DataError(`npy: version is ${version}, expected 1, 2 or 3`);
  const wide = version > 1;
  const begin = MAGIC.length + 2 + (wide ? 4 : 2);
  if (bytes.length < begin) throw damaged(`it ends at byte ${bytes.length}, within the length of the header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = begin + (wide ? view.getUint32(begin - 4, true) : view.getUint16(begin - 2, true));
  if (start > bytes.length) throw damaged(`the header ends at byte ${start}, the file at ${bytes.length}`);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(begin, start));
  return { text, start };
}

/** An entry of the dictionary: a text, True or False, numbers in parentheses, or what nothing here has. */
const ENTRY =
  /\s*(['"])(\w+)\1\s*:\s*(?:(['"])(.*?)\3|(True|False)|\(([\d\s,L]*)\)|(\[[\s\S]*?\]))\s*(?:,|$)/y;

/** The entries of the header by name. */
function parse(text: string): Header {
  const [, inner = null] = /^\{([\s\S]*)\}\s*$/.exec(text) ?? [];
  if (inner === null) throw damaged(`the header is ${shown(text)}, expected {…}`);
  const found = new Map<string, RegExpExecArray>();
  let at = 0;
  while (at < inner.trimEnd().length) {
    ENTRY.lastIndex = at;
    const entry = ENTRY.exec(inner.trimEnd());
    if (!entry || found.has(entry[2])) throw damaged(`the header has ${shown(inner.slice(at))}`);
    found.set(entry[2], entry);
    at = ENTRY.lastIndex;
  }
  const names = [...found.keys()].sort().join(', ');
  if (names !== 'descr, fortran_order, shape')
    throw damaged(`the header has ${shown(names)}, expected descr, fortran_order, shape`);
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((name) => found.get(name)!);
  if (order[5] === undefined) throw damaged('fortran_order is neither True nor False');
  return { ...typeOf(descr[4] ?? descr[7]), fortran: order[5] === 'True', shape: shapeOf(shape[6]) };
}

function typeOf(descr: string | undefined): Pick<Header, 'type' | 'bigEndian'> {
  const [, order, name = ''] = /^([<>|=]?)(\w+)$/.exec(descr ?? '') ?? [];
  if (Object.hasOwn(types, name)) return { type: types[name], bigEndian: order === '>' };
  const known = Object.keys(types).join(', ');
  throw new DataError(`npy: descr is ${shown(descr ?? '')}, expected '<', '>' or '|' and one of ${known}`);
}

function shapeOf(text: string | undefined): number[] {
  const parts = text?.split(',').map((part) => part.trim());
  if (parts?.at(-1) === '') parts.pop();
  if (!parts?.every((part) => /^\d+L?$/.test(part)))
    throw damaged(`shape is ${describe(text && short(text))}`);
  const shape = parts.map((part) => Number.parseInt(part, 10));
  if (shape.every((size) => size > 0 && Number.isSafeInteger(size))) return shape;
  throw new DataError(`npy: shape is (${short(text!)}), expected sizes of at least 1`);
}

/** The beginning of what stands in a file. */
function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** The same in quotes. */
const shown = (text: string) => JSON.stringify(short(text));

/** The bytes with those of each value the other way round. */
function swapped(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)]);
}

/** Values whose first axis varies first, in the order in which the last one does. */
function rowMajor(values: Floats, shape: Shape): Floats {
  const steps = strides(shape.toReversed()).reverse();
  const index = shape.map(() => 0);
  let from = 0;
  return values.map(() => {
    const value = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
    return value;
  });
}
