/**
 * Writes arrays as NumPy's files, the counterpart of {@linkcode readNpy} and {@linkcode readNpz}.
 *
 * @module
 */

import { writeZip } from "./zip_writer.ts";

/** An array of numbers in row-major order; the shape [] is a single number. */
export interface WritableArray {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array;
}

/** The values start at a multiple of this many bytes, so that a reader can map them into memory. */
const ALIGNMENT = 64;
/** The size of the magic word, the version and the length of the header together. */
const PREFIX = 10;

/**
 * The bytes of an `.npy` file, version 1.0 of the format.
 *
 * @throws {RangeError} if the number of values does not fit the shape
 */
export function writeNpy({ shape, data }: WritableArray): Uint8Array<ArrayBuffer> {
  if (shape.reduce((product, length) => product * length, 1) !== data.length) {
    throw new RangeError(`Cannot write ${data.length} numbers as an array of shape [${shape}]`);
  }
  // Python writes a tuple of one element with a comma at its end.
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${typeOf(data)}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const start = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = text.padEnd(start - PREFIX - 1) + "\n";

  const size = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(start + data.length * size), view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  view.setUint16(PREFIX - 2, header.length, true);
  bytes.set(new TextEncoder().encode(header), PREFIX);
  data.forEach((value, i) => {
    const at = start + i * size;
    if (data instanceof Float64Array) view.setFloat64(at, value, true);
    else if (data instanceof Float32Array) view.setFloat32(at, value, true);
    else view.setInt32(at, value, true);
  });
  return bytes;
}

/** The bytes of an `.npz` file with arrays by name. */
export const writeNpz = (
  arrays: Readonly<Record<string, WritableArray>>,
): Uint8Array<ArrayBuffer> =>
  writeZip(
    new Map(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)])),
  );

/** NumPy's code of a type: little-endian, the kind of number, and its bytes. */
function typeOf(data: WritableArray["data"]): string {
  if (data instanceof Int32Array) return "<i4";
  return data instanceof Float64Array ? "<f8" : "<f4";
}
