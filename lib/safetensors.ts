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
import type { Data } from "../kernels/device.ts";
import { isPlain } from "./checks.ts";
import { sizeOf } from "./shape.ts";

/** An array with its shape; a Uint8Array holds truth values. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** The content of a file: arrays by name, and texts. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, NamedArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What is thrown for bytes that are not a whole safetensors file. */
export class SafetensorsError extends Error {
  /** The name of this class. */
  override readonly name = "SafetensorsError";

  /** An error for this reason, such as `it has only 3 bytes`. */
  constructor(readonly reason: string) {
    super(`Cannot read the bytes as a safetensors file: ${reason}`);
  }
}

interface DataClass {
  new (bytes: ArrayBuffer): Data;
  readonly BYTES_PER_ELEMENT: number;
}

// The format is little-endian, and so is every machine that runs JavaScript.
const DTYPES = new Map<string, DataClass>([
  ["F32", Float32Array],
  ["F64", Float64Array],
  ["I32", Int32Array],
  ["U32", Uint32Array],
  ["BOOL", Uint8Array],
]);

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

/** The bytes of a safetensors file. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const entries: [string, unknown][] = [[METADATA, metadata]];
  for (const [name, { shape, data }] of tensors) {
    const [dtype] = [...DTYPES].find(([, ArrayType]) => data instanceof ArrayType) ?? [];
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
 * The arrays and texts of the bytes of a safetensors file.
 *
 * @throws {SafetensorsError} where the file is cut short, or its header does not fit the bytes
 * after it
 */
export function decodeTensors(bytes: Uint8Array): TensorFile {
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
      metadata = isTexts(value) ? value : fail("its metadata is not all text");
      continue;
    }
    const shown = quoted(name);
    const entry = isEntry(value) ? value : fail(`the entry of ${shown} is malformed`);
    const dtype = quoted(entry.dtype);
    const ArrayType = DTYPES.get(entry.dtype) ??
      fail(`${shown} has the dtype ${dtype}, but only ${[...DTYPES.keys()]} are read`);
    const [from, to] = entry.data_offsets;
    if (to - from !== sizeOf(entry.shape) * ArrayType.BYTES_PER_ELEMENT) {
      fail(
        `${shown} of shape [${entry.shape}] and dtype ${dtype} cannot have ${to - from} bytes`,
      );
    }
    if (start + to > bytes.length) {
      fail(`${shown} ends at byte ${start + to}, but the file has ${bytes.length}`);
    }
    // Of a Buffer, which Node reads files into, `slice` would be no copy.
    const data = new ArrayType(new Uint8Array(bytes.subarray(start + from, start + to)).buffer);
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

const isSize = (x: unknown): x is number => Number.isSafeInteger(x) && x as number >= 0;

const isTexts = (x: unknown): x is Record<string, string> =>
  isPlain(x) && Object.values(x).every((text) => typeof text === "string");

function isEntry(x: unknown): x is Entry {
  if (!isPlain(x) || Object.keys(x).length !== 3) return false;
  const { dtype, shape, data_offsets: offsets } = x;
  return typeof dtype === "string" && Array.isArray(shape) && shape.every(isSize) &&
    Array.isArray(offsets) && offsets.length === 2 && offsets.every(isSize);
}

/** A text of a file within a message: quoted, its control characters escaped, and not too long. */
const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

function fail(what: string): never {
  throw new SafetensorsError(what);
}
