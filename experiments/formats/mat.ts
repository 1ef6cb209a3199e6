/**
 * Arrays of numbers in MATLAB files of version 5: a header, then elements with a type and a size,
 * compressed or not.
 *
 * The format is MathWorks' "MAT-File Format", chapter 1.
 *
 * @module
 */

import { quoted, reason, UserError } from "../shell/errors.ts";
import { decodeNumbers, type NumberArray, type NumberType } from "./arrays.ts";
import { MOST_BYTES, unpack } from "./unpack.ts";

const HEADER_SIZE = 128;
/** The types of elements that hold other elements. */
const MATRIX = 14, COMPRESSED = 15;
/** The types of elements that hold numbers. */
const TYPES: Record<number, NumberType> = {
  1: "int8",
  2: "uint8",
  3: "int16",
  4: "uint16",
  5: "int32",
  6: "uint32",
  7: "float32",
  9: "float64",
  12: "int64",
  13: "uint64",
};
/**
 * The range of classes of numeric arrays, double to uint64; cells, structures, texts and sparse
 * arrays lie outside it.
 */
const NUMERIC = { first: 6, last: 15 };
const COMPLEX = 0x800;

/** An element of a file. */
interface Element {
  type: number;
  content: Uint8Array;
}

/**
 * Whether bytes begin like a MATLAB file of version 5, or of 4 or 7.3, which {@linkcode readMat}
 * refuses by name.
 */
export function isMat(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 6)) === "MATLAB" || isVersion4(bytes);
}

/**
 * Whether bytes begin like a MATLAB file of version 4. It has no header, but five words before each
 * array: a type of four digits (byte order, zero, number type, kind of array), the numbers of rows
 * and of columns, whether it is complex, and the size of its name, which ends in a zero byte.
 */
function isVersion4(bytes: Uint8Array): boolean {
  if (bytes.length < 21) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [true, false].some((little) => {
    const [type, , , complex, size] = Array.from(
      { length: 5 },
      (_, i) => view.getUint32(4 * i, little),
    );
    const [order, zero, numbers, kind] = String(type).padStart(4, "0");
    return type < 5000 && order === (little ? "0" : "1") && zero === "0" && numbers <= "5" &&
      kind <= "2" && complex <= 1 && size > 1 && bytes[20 + size - 1] === 0 && bytes[20] > 32;
  });
}

/**
 * Reads the arrays of numbers in a file. Values may be stored in a smaller type than the class of
 * their array: MATLAB stores a double array of small integers as bytes.
 *
 * @param bytes the content of the file
 * @param source the name of the file, for messages
 * @returns the arrays by name, their values **column-major**; all but arrays of real numbers are
 *   left out
 * @throws {UserError} if the file is of another kind or damaged
 */
export function readMat(bytes: Uint8Array, source: string): Map<string, NumberArray> {
  const header = new TextDecoder().decode(bytes.subarray(0, HEADER_SIZE));
  if (header.startsWith("MATLAB 7.3")) {
    throw new UserError(`${source} is a MATLAB 7.3 file, which is HDF5: save it with -v7`);
  }
  if (isVersion4(bytes)) {
    throw new UserError(`${source} is a MATLAB file of version 4: save it with -v7`);
  }
  const endian = header.slice(-2);
  if (!isMat(bytes) || (endian !== "IM" && endian !== "MI")) {
    throw new UserError(`${source} is not a MATLAB file of version 5`);
  }
  const littleEndian = endian === "IM";
  const arrays = new Map<string, NumberArray>();
  let left = MOST_BYTES;
  try {
    for (const element of elementsOf(bytes.subarray(HEADER_SIZE), littleEndian)) {
      const inner = decompressed(element, littleEndian, left);
      left -= inner.content.length;
      const array = readMatrix(inner, littleEndian, source);
      if (array === undefined) continue;
      if (arrays.has(array.name)) throw new Error(`it has two arrays ${quoted(array.name)}`);
      arrays.set(array.name, array);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${source} is damaged: ${reason(error)}`, { cause: error });
  }
  return arrays;
}

/** The elements in bytes, one after the other; throws if the last one is cut short. */
function* elementsOf(bytes: Uint8Array, littleEndian: boolean): Generator<Element> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const tag = view.getUint32(at, littleEndian);
    // A small element, of up to four bytes, has its size in the upper half of its tag, and its
    // content in the next word.
    const small = tag >>> 16;
    const type = tag & 0xffff;
    const size = small || view.getUint32(at + 4, littleEndian);
    const start = at + (small ? 4 : 8);
    if (size > bytes.length - start) throw new Error("it is cut short");
    yield { type, content: bytes.subarray(start, start + size) };
    // Elements start at multiples of eight bytes, but compressed ones follow each other without
    // padding.
    at = type === COMPRESSED ? start + size : at + Math.ceil((start + size - at) / 8) * 8;
  }
}

/**
 * The element in a compressed one, if that has at most `most` bytes; any other element is returned
 * as it is.
 */
function decompressed({ type, content }: Element, littleEndian: boolean, most: number): Element {
  if (type !== COMPRESSED) return { type, content };
  const [inner] = elementsOf(unpack(content, "zlib", most), littleEndian);
  if (inner === undefined) throw new Error("a compressed element is empty");
  return inner;
}

/**
 * The array in an element, made of flags, dimensions, a name and values; undefined unless it has
 * real numbers.
 */
function readMatrix(
  { type, content }: Element,
  littleEndian: boolean,
  source: string,
): NumberArray & { name: string } | undefined {
  if (type !== MATRIX) return undefined;
  const [flags, dimensions, label, values] = elementsOf(content, littleEndian);
  if (values === undefined) throw new Error("an array lacks one of its parts");
  const word = ({ content }: Element, i: number) =>
    new DataView(content.buffer, content.byteOffset, content.length)
      .getUint32(4 * i, littleEndian);
  const arrayClass = word(flags, 0) & 0xff;
  const isReal = (word(flags, 0) & COMPLEX) === 0;
  if (arrayClass < NUMERIC.first || arrayClass > NUMERIC.last || !isReal) return undefined;

  const name = new TextDecoder().decode(label.content);
  const shape = Array.from(
    { length: dimensions.content.length / 4 },
    (_, i) => word(dimensions, i),
  );
  if (!(values.type in TYPES)) {
    throw new Error(`the values of ${quoted(name)} have the unknown type ${values.type}`);
  }
  const options = { littleEndian, source: `${source}, ${quoted(name)}` };
  return { name, shape, data: decodeNumbers(values.content, TYPES[values.type], shape, options) };
}
