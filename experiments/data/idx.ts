/**
 * The idx format of MNIST: two zero bytes, a type code, the number of axes, a big-endian length for each axis, values.
 *
 * @module
 */

import { UserError } from "../errors.ts";

/** The type code of unsigned bytes, the only type that MNIST and its relatives use. */
const UNSIGNED_BYTE = 0x08;

/**
 * Reads an idx file of unsigned bytes.
 *
 * @param bytes the file's content
 * @param shape the axis lengths expected, such as [60000, 28, 28]
 * @param source the file's name, for messages
 * @returns the values, row-major: a view of `bytes`
 * @throws {UserError} for another type, another shape, and a file cut short or too long
 */
export function readIdx(bytes: Uint8Array, shape: readonly number[], source: string): Uint8Array {
  const start = 4 + 4 * shape.length;
  const magic = [0, 0, UNSIGNED_BYTE, shape.length];
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw new UserError(
      `${source} is not an idx file of bytes with ${shape.length} axes: it must start with ${magic}, not ${
        bytes.subarray(0, 4)
      }`,
    );
  }
  if (bytes.length < start) throw new UserError(`${source} is cut short within its header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const found = shape.map((_, axis) => header.getUint32(4 + 4 * axis));
  if (found.some((length, axis) => length !== shape[axis])) {
    throw new UserError(`${source} has the shape [${found}], but must have [${shape}]`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== size) {
    throw new UserError(
      `${source} holds ${bytes.length - start} values, but its shape [${shape}] needs ${size}`,
    );
  }
  return bytes.subarray(start);
}
