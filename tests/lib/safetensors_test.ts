import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "../fixtures/property.ts";
import {
  decodeTensors,
  encodeTensors,
  type NamedArray,
  SafetensorsError,
} from "../../lib/safetensors.ts";

const CLASSES = [Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array];

/**
 * An array of any shape and dtype, its bits arbitrary: NaN, infinities and subnormal numbers among
 * them.
 */
const namedArray: fc.Arbitrary<NamedArray> = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.constantFrom(...CLASSES))
  .chain(([shape, ArrayType]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const length = size * ArrayType.BYTES_PER_ELEMENT;
    return fc.uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ shape, data: new ArrayType(bytes.slice().buffer) }));
  });

const tensorFile = fc.record({
  tensors: fc.array(fc.tuple(fc.string({ unit: "binary" }), namedArray), { maxLength: 4 })
    .map((entries) => new Map(entries.filter(([name]) => name !== "__metadata__"))),
  metadata: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true })
    .map((texts) =>
      Object.fromEntries(Object.entries(texts).filter(([name]) => name !== "__proto__"))
    ),
});

/** Asserts that bytes are refused for a reason that contains all texts. */
function assertRefused(bytes: Uint8Array, ...says: string[]): void {
  const { message, reason } = assertThrows(() => decodeTensors(bytes), SafetensorsError);
  assertStringIncludes(message, reason);
  for (const part of says) assertStringIncludes(reason, part);
}

/** The bits of an array, in which NaN equals itself. */
const bits = ({ data }: NamedArray) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

Deno.test("safetensors: written arrays are read back bit for bit", () => {
  fc.assert(fc.property(tensorFile, (file) => {
    const read = decodeTensors(encodeTensors(file));
    assertEquals(read.metadata, file.metadata);
    assertEquals([...read.tensors.keys()].sort(), [...file.tensors.keys()].sort());
    for (const [name, array] of file.tensors) {
      const found = read.tensors.get(name)!;
      assertEquals(found.shape, array.shape);
      assertEquals(found.data.constructor, array.data.constructor);
      assertEquals(bits(found), bits(array));
    }
  }));
});

Deno.test("safetensors: a Buffer of Node is read like its bytes", () => {
  const tensors = new Map([["x", { shape: [2], data: Float32Array.of(1, 2) }]]);
  const bytes = encodeTensors({ tensors, metadata: {} });
  assertEquals(decodeTensors(Buffer.from(bytes)).tensors, tensors);
});

Deno.test("safetensors: a file cut short anywhere, or with bytes after its end, is refused", () => {
  fc.assert(fc.property(tensorFile, fc.nat(), (file, cut) => {
    const whole = encodeTensors(file);
    const part = whole.subarray(0, cut % whole.length);
    assertRefused(part);
    assertRefused(Uint8Array.of(...whole, 0), "follow");
  }));
});

Deno.test("safetensors: the layout is the published one", () => {
  const data = Float32Array.of(1, 2);
  const file = { tensors: new Map([["w", { shape: [2, 1], data }]]), metadata: { epoch: "3" } };
  const bytes = encodeTensors(file);
  const length = new DataView(bytes.buffer).getUint32(0, true);
  assertEquals(length % 8, 0);
  assertEquals(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
    __metadata__: { epoch: "3" },
    w: { dtype: "F32", shape: [2, 1], data_offsets: [0, 8] },
  });
  assertEquals(new Float32Array(bytes.slice(8 + length).buffer), data);
});

Deno.test("safetensors: a header that does not fit the arrays is refused", () => {
  const refused = (header: unknown, ...says: string[]) => {
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    assertRefused(bytes, ...says);
  };
  const entry = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  refused([], "not JSON");
  refused({ w: { ...entry, data_offsets: [0, 1e12] } }, `"w" of shape [2]`);
  refused({ w: { ...entry, shape: [4], data_offsets: [0, 16] } }, `"w" ends at byte`);
  refused({ w: { ...entry, shape: [-2] } }, `the entry of "w" is malformed`);
  refused({ w: { ...entry, dtype: "BF16" } }, "BF16", "F32");
  refused({ w: { ...entry, dtype: "constructor" } }, "constructor");
  refused({ w: { ...entry, extra: 1 } }, "malformed");
  refused({ v: { ...entry, shape: [1], data_offsets: [0, 4] }, w: entry }, `"w" starts at byte 0`);
  refused({ v: entry, w: entry }, `"w" starts at byte 0 of the arrays, but must start at 8`);
  refused({ w: { ...entry, shape: [1], data_offsets: [4, 8] } }, `"w" starts at byte 4`, "at 0");
  refused({ __metadata__: { epoch: 3 }, w: entry }, "metadata");
  const tooLong = new Uint8Array(16).fill(255);
  assertRefused(tooLong, "its header should have");
});
