/**
 * Arrays of numbers in files: bytes of a number type in a byte order, and a shape. Several formats
 * share this code.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

/**
 * An array of numbers, row-major: bytes stay bytes, all other types become float32, or float64
 * where a reader is asked for doubles.
 */
export interface NumberArray<Data = Uint8Array | Float32Array> {
  shape: readonly number[];
  data: Data;
}

/** The types of numbers in files. */
export type NumberType =
  | `${"uint" | "int"}${8 | 16 | 32 | 64}`
  | "float16"
  | "float32"
  | "float64";

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** The number of bytes of each type, and how to read it. */
const TYPES: Record<NumberType, [size: number, read: Read]> = {
  uint8: [1, (view, at) => view.getUint8(at)],
  int8: [1, (view, at) => view.getInt8(at)],
  uint16: [2, (view, at, little) => view.getUint16(at, little)],
  int16: [2, (view, at, little) => view.getInt16(at, little)],
  uint32: [4, (view, at, little) => view.getUint32(at, little)],
  int32: [4, (view, at, little) => view.getInt32(at, little)],
  uint64: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  int64: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  float16: [2, (view, at, little) => view.getFloat16(at, little)],
  float32: [4, (view, at, little) => view.getFloat32(at, little)],
  float64: [8, (view, at, little) => view.getFloat64(at, little)],
};

/** The order of the bytes of numbers. */
interface Layout {
  /** Whether the lowest byte of a number comes first. */
  readonly littleEndian: boolean;
  /** The name of the file, for messages. */
  readonly source: string;
}

/**
 * The numbers in bytes, as many as a shape needs.
 *
 * @returns the values in the order of the file; for uint8 a view of the bytes
 * @throws {UserError} if the number of bytes does not fit the shape
 */
export function decodeNumbers(
  bytes: Uint8Array,
  type: NumberType,
  shape: readonly number[],
  layout: Layout,
): Uint8Array | Float32Array {
  const length = checkedLength(bytes, type, shape, layout.source);
  return type === "uint8" ? bytes : filled(new Float32Array(length), bytes, type, layout);
}

/**
 * The same numbers as doubles, which keep all digits of an int32 and a float64; throws as
 * {@linkcode decodeNumbers} does.
 */
export function decodeDoubles(
  bytes: Uint8Array,
  type: NumberType,
  shape: readonly number[],
  layout: Layout,
): Float64Array {
  const length = checkedLength(bytes, type, shape, layout.source);
  return filled(new Float64Array(length), bytes, type, layout);
}

/** The number of values of a shape, if the bytes hold as many. */
function checkedLength(
  bytes: Uint8Array,
  type: NumberType,
  shape: readonly number[],
  source: string,
): number {
  const [size] = TYPES[type];
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (bytes.length !== length * size) {
    throw new UserError(
      `${source} holds ${bytes.length} bytes of values, but ${type} of shape [${shape}] need ${
        length * size
      }`,
    );
  }
  return length;
}

function filled<Data extends Float32Array | Float64Array>(
  values: Data,
  bytes: Uint8Array,
  type: NumberType,
  { littleEndian }: Layout,
): Data {
  const [size, read] = TYPES[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size, littleEndian);
  return values;
}

/** Brings column-major values, the order of Fortran and MATLAB, into row-major order. */
export function toRowMajor<Data extends Uint8Array | Float32Array | Float64Array>(
  values: Data,
  shape: readonly number[],
): Data {
  const sorted = values.slice() as Data;
  // The loop counts through the row-major places and keeps the column-major place `from` in step:
  // moving by one along an axis skips the elements of all axes before it.
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const at = shape.map(() => 0);
  for (let i = 0, from = 0; i < values.length; i++) {
    sorted[i] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return sorted;
}
