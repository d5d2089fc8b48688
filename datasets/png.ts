// PNG files of every kind, as red, green and blue of 8 bits.
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { DataError } from '../lib/errors.js';
import type { Picture } from './resize.js';

/**
 * The picture in a file's bytes. Grey becomes three equal channels; transparency is left out, as by PIL's `convert('RGB')`.
 * @throws DataError naming the file's path
 */
export function decodePng(path: string, bytes: Uint8Array): Picture {
  try {
    const png = decode(bytes, { checkCrc: true });
    return { width: png.width, height: png.height, pixels: toRgb(png) };
  } catch (error) {
    throw new DataError(`${path}: is no PNG file that can be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function toRgb(png: DecodedPng): Uint8Array {
  const { width, height, palette } = png;
  const samples = palette ? convertIndexedToRgb(png) : bytesOf(png);
  const channels = palette ? palette[0].length : png.channels;
  const colours = channels < 3 ? [0, 0, 0] : [0, 1, 2];
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    for (const c of [0, 1, 2]) rgb[3 * i + c] = samples[i * channels + colours[c]];
  return rgb;
}

/** Samples of 8 bits: the upper ones of 16, or 1, 2 and 4 spread over the range. */
function bytesOf({ data, depth, width, height, channels }: DecodedPng): Uint8Array {
  if (depth === 8) return data as Uint8Array;
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  const each = 8 / depth;
  const rowBytes = Math.ceil((width * channels) / each);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [y, x] = [Math.floor(i / (width * channels)), i % (width * channels)];
    const byte = data[y * rowBytes + Math.floor(x / each)];
    return (((byte >> (8 - depth * ((x % each) + 1))) & most) * 255) / most;
  });
}
