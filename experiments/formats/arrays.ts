/**
 * Arrays of numbers as files of several formats hold them: bytes of a type in an order, and a shape.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";

/** An array of numbers, row-major: bytes stay bytes, all other types become float32. */
export interface NumberArray {
  shape: readonly number[];
  data: Uint8Array | Float32Array;
}

/** What the numbers of a file may be. */
export type NumberType =
  | `${"uint" | "int"}${8 | 16 | 32 | 64}`
  | "float16"
  | "float32"
  | "float64";

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** Bytes of a number, and how it is read. */
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

/**
 * The numbers that bytes hold, which must be as many as a shape needs.
 *
 * @param options.littleEndian whether the lowest byte of a number comes first
 * @param source the file's name, for messages
 * @returns the values in the order of the file; for uint8 a view of the bytes
 * @throws {UserError} if there are fewer bytes, or more
 */
export function decodeNumbers(
  bytes: Uint8Array,
  type: NumberType,
  shape: readonly number[],
  { littleEndian, source }: { littleEndian: boolean; source: string },
): Uint8Array | Float32Array {
  const [size, read] = TYPES[type];
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (bytes.length !== length * size) {
    throw new UserError(
      `${source} holds ${bytes.length} bytes of values, but ${type} of shape [${shape}] need ${
        length * size
      }`,
    );
  }
  if (type === "uint8") return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = read(view, i * size, littleEndian);
  return values;
}

/** Column-major values (Fortran's and MATLAB's order) of a shape in row-major order. */
export function toRowMajor(
  values: Uint8Array | Float32Array,
  shape: readonly number[],
): Uint8Array | Float32Array {
  const sorted = values.slice();
  // Counting through the row-major places keeps the column-major one: a step along an axis passes all axes before it.
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
