// A reader of TensorBoard's event files that believes nothing: every length and both checksums of a record are checked.

/** A scalar at a step. */
export interface Scalar {
  tag: string;
  step: number;
  value: number;
  wallTime: number;
}

/** CRC-32C bit by bit, and masked as event files have it. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number(((crc >> 15n) + (crc << 17n) + 0xa282ead8n) & 0xffffffffn);
}

/** The contents of the records. @throws Error where one is cut or a checksum is wrong */
export function recordsIn(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== checksum(file.subarray(at, at + 8)))
      throw new Error(`length at ${at}`);
    const content = file.subarray(at + 12, at + 12 + length);
    if (view.getUint32(at + 12 + length, true) !== checksum(content)) throw new Error(`content at ${at}`);
    found.push(content);
    at += 16 + length;
  }
  return found;
}

type Field = { number: number; value: number | Uint8Array };

/** The fields of a message. */
function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, wire] = [key >> 3, key & 7];
    const length = wire === 2 ? varint() : { 0: 0, 1: 8, 5: 4 }[wire]!;
    const from = at;
    if (wire === 0) found.push({ number, value: varint() });
    else if (wire === 1) found.push({ number, value: view.getFloat64(from, true) });
    else if (wire === 5) found.push({ number, value: view.getFloat32(from, true) });
    else found.push({ number, value: message.subarray(from, from + length) });
    at += length;
  }
  return found;
}

const first = (fields: readonly Field[], number: number) =>
  fields.find((field) => field.number === number)?.value;
const textOf = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

/** The version and the scalars of a file. */
export function readEvents(file: Uint8Array): { version: string; scalars: Scalar[] } {
  const [head, ...events] = recordsIn(file).map(fieldsOf);
  const scalars = events.flatMap((event): Scalar[] => {
    const [wallTime, step] = [1, 2].map((number) => first(event, number) as number);
    const summary = fieldsOf(first(event, 5) as Uint8Array);
    return summary.map(({ value }) => {
      const fields = fieldsOf(value as Uint8Array);
      return { tag: textOf(first(fields, 1)), step, value: first(fields, 2) as number, wallTime };
    });
  });
  return { version: textOf(first(head, 3)), scalars };
}
