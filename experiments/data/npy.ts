/**
 * NumPy's files: an array (`.npy`: a line of Python that describes it, then its values), and a ZIP archive of them (`.npz`).
 *
 * The format is in NumPy's own documentation, numpy.lib.format.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { decodeNumbers, type NumberArray, type NumberType, toRowMajor } from "./arrays.ts";
import { readZip } from "./zip.ts";

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];

const TYPES: Record<string, NumberType> = {
  b1: "uint8",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f4: "float32",
  f8: "float64",
};

/** Whether bytes begin as an `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an `.npy` file.
 *
 * @param bytes the file's content
 * @param source the file's name, for messages
 * @throws {UserError} for another kind of file, values that are not numbers, and a file cut short or too long
 */
export function readNpy(bytes: Uint8Array, source: string): NumberArray {
  if (!isNpy(bytes)) throw new UserError(`${source} is not an .npy file: it must start with NUMPY`);
  const { description, start } = readHeader(bytes, source);
  const [, order, code] = description.match(/'descr': *'([<>|=])(\w+)'/) ?? [];
  const fortran = description.match(/'fortran_order': *(True|False)/)?.[1];
  const lengths = description.match(/'shape': *\(([\d, ]*)\)/)?.[1];
  if (!Object.hasOwn(TYPES, code ?? "") || fortran === undefined || lengths === undefined) {
    throw new UserError(
      `${source} is not an array of numbers that can be read: it says ${description.trim()}`,
    );
  }
  const shape = lengths.split(",").filter((text) => text.trim() !== "").map(Number);
  const options = { littleEndian: order !== ">", source };
  const data = decodeNumbers(bytes.subarray(start), TYPES[code], shape, options);
  return { shape, data: fortran === "True" ? toRowMajor(data, shape) : data };
}

/** The line of Python, and where the values start. */
function readHeader(bytes: Uint8Array, source: string): { description: string; start: number } {
  const [version, view] = [bytes[6], new DataView(bytes.buffer, bytes.byteOffset)];
  const text = version === 1 ? 10 : 12;
  const start = bytes.length < text
    ? Infinity
    : text + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new UserError(`${source} is cut short within its header`);
  return { description: new TextDecoder().decode(bytes.subarray(text, start)), start };
}

/**
 * Reads an `.npz` file.
 *
 * @param bytes the file's content
 * @param source the file's name, for messages
 * @returns its arrays by name
 * @throws {UserError} for a damaged archive, and as {@linkcode readNpy} for each array
 */
export function readNpz(bytes: Uint8Array, source: string): Map<string, NumberArray> {
  const files = [...readZip(bytes, source)].filter(([name]) => name.endsWith(".npy"));
  return new Map(files.map(([file, content]) => {
    const name = file.slice(0, -".npy".length);
    return [name, readNpy(content, `${source}, ${name}`)];
  }));
}
