// The bytes of an ONNX file: opset 17, IR version 8.
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from 'onnx-buf';
import { type Attribute, type Constant, type Graph, INPUT, type Node, OUTPUT } from './graph.js';
import type { Size } from './sizes.js';

const OPSET = 17n;
const IR_VERSION = 8n;
/** What the batch is called. */
const BATCH = 'N';

/** The file of a graph whose input and output have these shapes. */
export function bytesOf(
  { nodes, constants }: Graph,
  shapes: { input: readonly Size[]; output: readonly Size[] },
): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'mixgrad',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'mixgrad',
      node: nodes.map(nodeOf),
      initializer: constants.map(tensorOf),
      input: [infoOf(INPUT, shapes.input)],
      output: [infoOf(OUTPUT, shapes.output)],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function nodeOf({ type, name, inputs, output, attributes }: Node): MessageInitShape<typeof NodeProtoSchema> {
  const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
  return { opType: type, name, input: inputs, output: [output], attribute };
}

function attributeOf(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: BigInt(value) };
  if ('real' in value) return { name, type: AttributeType.FLOAT, f: value.real };
  if ('text' in value) return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.text) };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}

/** Bytes in a file are little-endian, as they are in memory wherever JavaScript runs. */
function tensorOf({ name, shape, values }: Constant): MessageInitShape<typeof TensorProtoSchema> {
  const dataType = values instanceof Float32Array ? DataType.FLOAT : DataType.INT64;
  const rawData = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return { name, dataType, dims: shape.map(BigInt), rawData };
}

/** A size that is a multiple of the batch has no number; the batch itself has a name. */
function infoOf(name: string, shape: readonly Size[]): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => {
    if (typeof size === 'number') return { value: { case: 'dimValue' as const, value: BigInt(size) } };
    return size.times === 1 ? { value: { case: 'dimParam' as const, value: BATCH } } : {};
  });
  const tensorType = { elemType: DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: 'tensorType', value: tensorType } } };
}
