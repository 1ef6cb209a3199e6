/**
 * NumPy's files: `.npy` has a line of Python that describes an array, then the values; `.npz` is a
 * ZIP archive of them.
 *
 * The format is described in NumPy's documentation, numpy.lib.format.
 *
 * @module
 */

import { quoted, UserError } from "../shell/errors.ts";
import {
  decodeDoubles,
  decodeNumbers,
  type NumberArray,
  type NumberType,
  toRowMajor,
} from "./arrays.ts";
import { readZip } from "./zip.ts";

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
/**
 * The newest version of the format. There are 1.0, 2.0 (a longer header) and 3.0 (names in UTF-8).
 */
const VERSION = 3;
/** The longest header that is read; NumPy has the same limit. */
const LONGEST = 10_000;

/** The three keys of a header, in the forms in which Python writes them. */
const KEYS = {
  descr: /(['"])descr\1\s*:\s*(['"])([<>|=]?)(\w+)\2/,
  fortran: /(['"])fortran_order\1\s*:\s*(True|False)/,
  shape: /(['"])shape\1\s*:\s*\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*)\)/,
};

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
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

/** Whether bytes begin like an `.npy` file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

/** The arrays that a file becomes. */
type Numbers = Uint8Array | Float32Array | Float64Array;

/** The header of an array. */
interface Header {
  /** The type of the numbers; undefined for texts, records, objects and complex numbers. */
  type?: NumberType;
  littleEndian: boolean;
  fortran: boolean;
  shape: readonly number[];
  /** The byte at which the values start. */
  start: number;
  /** The line of Python. */
  text: string;
}

/**
 * Reads an `.npy` file.
 *
 * @param bytes the content of the file
 * @param source the name of the file, for messages
 * @throws {UserError} if the file is of another kind, cut short or too long, or its values are not
 *   real numbers
 */
export function readNpy(bytes: Uint8Array, source: string): NumberArray {
  return readNpyBy(decodeNumbers, bytes, source);
}

/** Reads an `.npy` file as {@linkcode readNpy} does, but all numbers as doubles. */
export function readNpyDoubles(bytes: Uint8Array, source: string): NumberArray<Float64Array> {
  return readNpyBy(decodeDoubles, bytes, source);
}

/** From the bytes of the values to numbers. */
type Decode<Data> = (
  ...args: Parameters<typeof decodeNumbers>
) => Data;

function readNpyBy<Data extends Numbers>(
  decode: Decode<Data>,
  bytes: Uint8Array,
  source: string,
): NumberArray<Data> {
  const header = readHeader(bytes, source);
  const array = valuesOf(decode, bytes, header, source);
  if (array !== undefined) return array;
  throw new UserError(
    `${source} is not an array of real numbers: its header is ${quoted(header.text)}`,
  );
}

/** The array after a header; undefined unless it has real numbers. */
function valuesOf<Data extends Numbers>(
  decode: Decode<Data>,
  bytes: Uint8Array,
  header: Header,
  source: string,
): NumberArray<Data> | undefined {
  const { type, littleEndian, fortran, shape, start } = header;
  if (type === undefined) return undefined;
  const data = decode(bytes.subarray(start), type, shape, { littleEndian, source });
  return { shape, data: fortran ? toRowMajor(data, shape) : data };
}

function readHeader(bytes: Uint8Array, source: string): Header {
  if (!isNpy(bytes)) throw new UserError(`${source} is not an .npy file: it must start with NUMPY`);
  const [version, minor, view] = [bytes[6], bytes[7], new DataView(bytes.buffer, bytes.byteOffset)];
  if (version === 0 || version > VERSION || minor > 0) {
    throw new UserError(
      `${source} has version ${version}.${minor} of the npy format, but only 1.0 to ${VERSION}.0 can be read`,
    );
  }
  const first = version === 1 ? 10 : 12;
  const start = bytes.length < first
    ? Infinity
    : first + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) throw new UserError(`${source} is cut short within its header`);
  if (start > LONGEST) {
    throw new UserError(
      `${source} has a header of ${start} bytes, but at most ${LONGEST} are allowed`,
    );
  }
  const text = new TextDecoder().decode(bytes.subarray(first, start)).trim();
  return { ...parseHeader(text, source), start, text };
}

/**
 * Parses a line of Python such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
 */
function parseHeader(text: string, source: string): Omit<Header, "start" | "text"> {
  const [descr, fortran, shape] = Object.values(KEYS).map((key) => text.match(key));
  const [order, code] = [descr?.[3], descr?.[4] ?? ""];
  const type = Object.hasOwn(TYPES, code) ? TYPES[code] : undefined;
  // A header must have each key once and nothing else.
  const rest = Object.values(KEYS).reduce((rest, key) => rest.replace(key, ""), text);
  if (type !== undefined && (!fortran || !shape || !/^\{[\s,]*\}$/.test(rest))) {
    throw new UserError(`${source} has a damaged header: ${quoted(text)}`);
  }
  const lengths = shape?.[2].match(/\d+/g) ?? [];
  return {
    type,
    littleEndian: order !== ">",
    fortran: fortran?.[2] === "True",
    shape: lengths.map(Number),
  };
}

/**
 * Reads an `.npz` file.
 *
 * @param bytes the content of the file
 * @param source the name of the file, for messages
 * @returns the arrays of real numbers by name, and the names of the arrays left out because they
 *   have none
 * @throws {UserError} if the archive or an array is damaged
 */
export function readNpz(bytes: Uint8Array, source: string): Npz<Uint8Array | Float32Array> {
  return readNpzBy(decodeNumbers, bytes, source);
}

/** Reads an `.npz` file as {@linkcode readNpz} does, but all numbers as doubles. */
export function readNpzDoubles(bytes: Uint8Array, source: string): Npz<Float64Array> {
  return readNpzBy(decodeDoubles, bytes, source);
}

/** The content of an `.npz` file. */
interface Npz<Data> {
  arrays: Map<string, NumberArray<Data>>;
  leftOut: string[];
}

function readNpzBy<Data extends Numbers>(
  decode: Decode<Data>,
  bytes: Uint8Array,
  source: string,
): Npz<Data> {
  const arrays = new Map<string, NumberArray<Data>>();
  const leftOut: string[] = [];
  for (const [file, content] of readZip(bytes, source)) {
    if (!file.endsWith(".npy") || isOfMac(file)) continue;
    const name = file.slice(0, -".npy".length);
    const where = `${source}, ${quoted(name)}`;
    const array = valuesOf(decode, content, readHeader(content, where), where);
    if (array === undefined) leftOut.push(name);
    else arrays.set(name, array);
  }
  return { arrays, leftOut };
}

/**
 * Whether a file is one that macOS adds to archives and folders, such as `__MACOSX/._train.npy`.
 */
export function isOfMac(file: string): boolean {
  return /^__MACOSX\/|(^|\/)\._[^/]*$/.test(file);
}
