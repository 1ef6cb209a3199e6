/**
 * The idx format of MNIST: two zero bytes, a type code, the number of axes, a big-endian length for each axis, values.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { decodeNumbers, type NumberArray, type NumberType } from "./arrays.ts";

const TYPES: Record<number, NumberType> = {
  0x08: "uint8",
  0x09: "int8",
  0x0b: "int16",
  0x0c: "int32",
  0x0d: "float32",
  0x0e: "float64",
};

/** The size of an idx file of bytes of some shape. */
export function idxSize(shape: readonly number[]): number {
  return 4 + 4 * shape.length + shape.reduce((product, axis) => product * axis, 1);
}

/** Whether bytes begin as an idx file does. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && bytes[2] in TYPES && bytes[3] > 0;
}

/**
 * Reads an idx file.
 *
 * @param bytes the file's content
 * @param source the file's name, for messages
 * @returns its array; the values of bytes are a view of `bytes`
 * @throws {UserError} for another kind of file, and one cut short or too long
 */
export function readIdx(bytes: Uint8Array, source: string): NumberArray {
  if (!isIdx(bytes)) {
    throw new UserError(
      `${source} is not an idx file: it must start with two zeros, a type and a number of axes, not with ${
        bytes.subarray(0, 4).join() || "nothing"
      }`,
    );
  }
  const start = 4 + 4 * bytes[3];
  if (bytes.length < start) throw new UserError(`${source} is cut short within its header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: bytes[3] }, (_, axis) => header.getUint32(4 + 4 * axis));
  const options = { littleEndian: false, source };
  return { shape, data: decodeNumbers(bytes.subarray(start), TYPES[bytes[2]], shape, options) };
}

/**
 * Reads an idx file of bytes whose shape is known.
 *
 * @param shape the axis lengths expected, such as [60000, 28, 28]
 * @returns the values, row-major: a view of `bytes`
 * @throws {UserError} as {@linkcode readIdx}, and for another type or shape
 */
export function readIdxBytes(
  bytes: Uint8Array,
  shape: readonly number[],
  source: string,
): Uint8Array {
  const found = readIdx(bytes, source);
  if (found.shape.join() !== shape.join()) {
    throw new UserError(`${source} has the shape [${found.shape}], but must have [${shape}]`);
  }
  if (!(found.data instanceof Uint8Array)) {
    throw new UserError(`${source} holds ${TYPES[bytes[2]]}, but must hold bytes`);
  }
  return found.data;
}
