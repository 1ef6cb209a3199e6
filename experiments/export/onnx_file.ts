/**
 * ONNX files: a graph of nodes, written by the messages of onnx.proto that it needs.
 *
 * @module
 */

import protobuf from "protobufjs/light.js";
import type { NamedArray } from "../formats/safetensors.ts";

/** The version of the operators. */
const OPSET = 17;
/** The first version of the format that has them. */
const IR = 8;
/** The numbers of types of elements, and of attributes, in onnx.proto. */
const FLOAT = 1, INT64 = 7;
const ATTRIBUTE = { f: 1, i: 2, ints: 7 };

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: "repeated" });

/** The fields of onnx.proto (github.com/onnx/onnx) that are written here, with its numbers. */
const SCHEMA = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field(1, "int64"),
        producerName: field(2, "string"),
        docString: field(6, "string"),
        graph: field(7, "Graph"),
        opsetImport: list(8, "Opset"),
      },
    },
    Opset: { fields: { domain: field(1, "string"), version: field(2, "int64") } },
    Graph: {
      fields: {
        node: list(1, "Node"),
        name: field(2, "string"),
        initializer: list(5, "Tensor"),
        input: list(11, "Value"),
        output: list(12, "Value"),
      },
    },
    Node: {
      fields: {
        input: list(1, "string"),
        output: list(2, "string"),
        name: field(3, "string"),
        opType: field(4, "string"),
        attribute: list(5, "Attribute"),
      },
    },
    Attribute: {
      fields: {
        name: field(1, "string"),
        f: field(2, "float"),
        i: field(3, "int64"),
        ints: list(8, "int64"),
        type: field(20, "int32"),
      },
    },
    Tensor: {
      fields: {
        dims: list(1, "int64"),
        dataType: field(2, "int32"),
        name: field(8, "string"),
        rawData: field(9, "bytes"),
      },
    },
    Value: { fields: { name: field(1, "string"), type: field(2, "Type") } },
    Type: { fields: { tensorType: field(1, "TensorType") } },
    TensorType: { fields: { elemType: field(1, "int32"), shape: field(2, "Shape") } },
    Shape: { fields: { dim: list(1, "Dimension") } },
    Dimension: { fields: { dimValue: field(1, "int64"), dimParam: field(2, "string") } },
  },
});

/** The value of an attribute of a node: integers, or a number with a fraction as `{ f }`. */
export type Attribute = number | readonly number[] | { readonly f: number };

/** A graph that grows. Values are known by their names, and the first axis of each is the batch. */
export interface Graph {
  input(name: string, ...shape: number[]): string;
  /** A node; returns the name of its result, which is the name of the node. */
  node(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): string;
  /** Weights, or another constant. */
  weights(name: string, array: NamedArray): string;
  number(name: string, value: number): string;
  /** Whole numbers, such as a shape. */
  integers(name: string, values: readonly number[]): string;
  /** Gives a value the name of an output. */
  output(name: string, value: string, ...shape: number[]): void;
  /** The bytes of the file. */
  bytes(): Uint8Array;
}

/** An empty graph. */
export function makeGraph(name: string, doc: string): Graph {
  const node: object[] = [],
    initializer: object[] = [],
    input: object[] = [],
    output: object[] = [];
  const constant = (
    name: string,
    dataType: number,
    dims: readonly number[],
    rawData: Uint8Array,
  ) => {
    initializer.push({ name, dataType, dims, rawData });
    return name;
  };
  const valueOf = (name: string, shape: readonly number[]) => {
    const dim = [{ dimParam: "batch" }, ...shape.map((dimValue) => ({ dimValue }))];
    return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
  };
  return {
    input(name, ...shape) {
      input.push(valueOf(name, shape));
      return name;
    },
    node(opType, name, inputs, attributes = {}) {
      const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
      node.push({ name, opType, input: inputs, output: [name], attribute });
      return name;
    },
    weights: (name, { shape, data }) => constant(name, FLOAT, shape, bytesOf(data)),
    number: (name, value) => constant(name, FLOAT, [], bytesOf(Float32Array.of(value))),
    integers: (name, values) =>
      constant(name, INT64, [values.length], bytesOf(BigInt64Array.from(values, BigInt))),
    output(name, value, ...shape) {
      node.push({ name, opType: "Identity", input: [value], output: [name], attribute: [] });
      output.push(valueOf(name, shape));
    },
    bytes() {
      const model = {
        irVersion: IR,
        producerName: "echograd",
        docString: doc,
        graph: { name, node, initializer, input, output },
        opsetImport: [{ domain: "", version: OPSET }],
      };
      const type = SCHEMA.lookupType("Model");
      return type.encode(type.fromObject(model)).finish();
    },
  };
}

/** The bytes of numbers; every platform that Deno runs on has the byte order of ONNX. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function attributeOf(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, i: value, type: ATTRIBUTE.i };
  if ("f" in value) return { name, f: value.f, type: ATTRIBUTE.f };
  return { name, ints: value, type: ATTRIBUTE.ints };
}
