/**
 * The idx format of MNIST: two zero bytes, a type code, the number of axes, a big-endian length for
 * each axis, values.
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

/** The size of an idx file that holds bytes of the given shape. */
export function idxSize(shape: readonly number[]): number {
  return 4 + 4 * shape.length + shape.reduce((product, axis) => product * axis, 1);
}

/** Whether bytes begin like an idx file. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0 && bytes[2] in TYPES && bytes[3] > 0;
}

/**
 * Reads an idx file.
 *
 * @param bytes the content of the file
 * @param source the name of the file, for messages
 * @returns the array; if it holds bytes, a view of `bytes`
 * @throws {UserError} if the file is of another kind, cut short or too long
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
 * Reads an idx file that must hold bytes of a known shape.
 *
 * @param shape the expected shape, such as [60000, 28, 28]
 * @returns the values, row-major: a view of `bytes`
 * @throws {UserError} as {@linkcode readIdx} does, and for another type or shape
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
