/**
 * The safetensors file format: a JSON header and named arrays. Python reads it too, and reading
 * runs no code of the file.
 *
 * A file has the length of the header (8 bytes, little-endian), the header, and the bytes of the
 * arrays. The header maps each name to a dtype, a shape and byte offsets after the header, and
 * `__metadata__` to texts.
 *
 * @see https://huggingface.co/docs/safetensors
 * @module
 */

import { z } from "zod";
import { quoted, UserError } from "../shell/errors.ts";

/** A typed array that a file may hold. */
export type Values = Float32Array | Float64Array | Int32Array | Uint32Array;

/** An array with its shape. */
export interface NamedArray {
  shape: readonly number[];
  data: Values;
}

/** The content of a file. */
export interface TensorFile {
  tensors: Map<string, NamedArray>;
  metadata: Record<string, string>;
}

interface ValuesClass {
  new (bytes: ArrayBuffer): Values;
  readonly BYTES_PER_ELEMENT: number;
}

// The format is little-endian, and so is every machine that runs JavaScript.
const DTYPES = new Map<string, ValuesClass>([
  ["F32", Float32Array],
  ["F64", Float64Array],
  ["I32", Int32Array],
  ["U32", Uint32Array],
]);

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/** The bytes of a safetensors file. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const entries: [string, unknown][] = [[METADATA, metadata]];
  for (const [name, { shape, data }] of tensors) {
    const [dtype] = DTYPES.entries().find(([, ArrayType]) => data instanceof ArrayType) ?? [];
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // Spaces after the header align the arrays to 8 bytes, so that a reader can view them in place.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;

  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + offset).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file.
 *
 * @param source the name of the file, for messages
 * @throws {UserError} if the file is cut short, or its header does not fit the bytes after it
 */
export function decodeTensors(bytes: Uint8Array, source: string): TensorFile {
  const fail = (what: string): never => {
    throw new UserError(`${source} is not a whole safetensors file: ${what}`);
  };
  if (bytes.length < LENGTH_BYTES) fail(`it has only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + headerLength;
  if (start > bytes.length) {
    fail(`its header should have ${headerLength} bytes, but the file has ${bytes.length}`);
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start)) ?? fail("its header is not JSON");

  const tensors = new Map<string, NamedArray>();
  let metadata: Record<string, string> = {};
  const places: { from: number; to: number; shown: string }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = metadataSchema.safeParse(value).data ?? fail("its metadata is not all text");
      continue;
    }
    const shown = quoted(name);
    const entry = entrySchema.safeParse(value).data ?? fail(`the entry of ${shown} is malformed`);
    const dtype = quoted(entry.dtype);
    const ArrayType = DTYPES.get(entry.dtype) ??
      fail(`${shown} has the dtype ${dtype}, but only ${[...DTYPES.keys()]} are read`);
    const [from, to] = entry.data_offsets;
    const length = entry.shape.reduce((product, axis) => product * axis, 1);
    if (to - from !== length * ArrayType.BYTES_PER_ELEMENT) {
      fail(
        `${shown} of shape [${entry.shape}] and dtype ${dtype} cannot have ${to - from} bytes`,
      );
    }
    if (start + to > bytes.length) {
      fail(`${shown} ends at byte ${start + to}, but the file has ${bytes.length}`);
    }
    const data = new ArrayType(bytes.slice(start + from, start + to).buffer);
    tensors.set(name, { shape: entry.shape, data });
    places.push({ from, to, shown });
  }
  // The arrays must follow each other without gap or overlap.
  let end = 0;
  for (const { from, to, shown } of places.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      fail(`${shown} starts at byte ${from} of the arrays, but must start at ${end}`);
    }
    end = to;
  }
  if (start + end !== bytes.length) {
    fail(`its arrays have ${end} bytes, but ${bytes.length - start} follow the header`);
  }
  return { tensors, metadata };
}

/** The header as an object; `undefined` if it is not one. */
function parseHeader(bytes: Uint8Array): object | undefined {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return value instanceof Object && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
