/**
 * Small files of images in every format that is read.
 *
 * @module
 */

import { crc32, deflateRawSync, deflateSync } from "node:zlib";
import { writeZip } from "../../experiments/data/zip_writer.ts";

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

const sizeOf = (shape: number[]) => shape.reduce((product, length) => product * length, 1);

/** An .npy file of any header and content, version 1.0 unless given. */
export function npyOf(
  text: string,
  content: Uint8Array,
  version: readonly number[] = [1, 0],
): Uint8Array<ArrayBuffer> {
  const { length } = text;
  const size = [length & 255, length >> 8, ...version[0] > 1 ? [0, 0] : []];
  return Uint8Array.of(
    0x93,
    ...bytesOf("NUMPY"),
    ...version,
    ...size,
    ...bytesOf(text),
    ...content,
  );
}

/** An .npy file of bytes, or of float32, whose element i is `value(i)`. */
export function npy(
  shape: number[],
  value: (i: number) => number,
  type: "u1" | "f4" = "u1",
): Uint8Array<ArrayBuffer> {
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
  const values = type === "u1" ? Uint8Array.from(numbers) : Float32Array.from(numbers);
  const order = type === "u1" ? "|" : "<";
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': (${shape},), }\n`;
  return npyOf(text, new Uint8Array(values.buffer));
}

/** A file of an archive, as it is and as the archive says that it is. */
export interface ZipEntry {
  name: string;
  content: Uint8Array;
  flags?: number;
  deflate?: boolean;
  /** The size that it is said to have. */
  size?: number;
}

/** An archive of any entries, perhaps one that lies; `wide` ones have records of 64 bits wherever there can be some. */
export function rawZip(
  entries: readonly ZipEntry[],
  { wide = false, count = entries.length, shift = 0 }: {
    wide?: boolean;
    count?: number;
    shift?: number;
  } = {},
): Uint8Array<ArrayBuffer> {
  const words = (size: 2 | 4 | 8, ...values: number[]) =>
    values.flatMap((value) =>
      Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256)
    );
  const bytes: number[] = [];
  const records = entries.map(
    ({ name, content, flags = 0, deflate = false, size = content.length }) => {
      const packed = deflate ? deflateRawSync(content) : content;
      const common = (sizes: number[], extra: number[]) => [
        ...words(2, 45, flags, deflate ? 8 : 0, 0, 33),
        ...words(4, crc32(content), ...sizes),
        ...words(2, name.length, extra.length),
      ];
      const place = bytes.length;
      bytes.push(...words(4, 0x04034b50), ...common([packed.length, size], []), ...bytesOf(name));
      for (const byte of packed) bytes.push(byte);
      const extra = wide
        // Another extra field comes first.
        ? [...words(2, 7, 1), 9, ...words(2, 1, 24), ...words(8, size, packed.length, place)]
        : [];
      const full = 2 ** 32 - 1;
      return [
        ...words(4, 0x02014b50),
        ...words(2, 45),
        ...common(wide ? [full, full] : [packed.length, size], extra),
        ...words(2, 0, 0, 0),
        ...words(4, 0, wide ? full : place),
        ...[...bytesOf(name), ...extra],
      ];
    },
  );
  const start = bytes.length;
  bytes.push(...records.flat());
  const size = bytes.length - start + shift;
  if (wide) {
    const end = bytes.length;
    bytes.push(...words(4, 0x06064b50), ...words(8, 44), ...words(2, 45, 45), ...words(4, 0, 0));
    bytes.push(...words(8, count, count, size, start));
    bytes.push(...words(4, 0x07064b50, 0), ...words(8, end), ...words(4, 1));
  }
  bytes.push(...words(4, 0x06054b50), ...words(2, 0, 0, ...wide ? [65535, 65535] : [count, count]));
  bytes.push(...words(4, ...wide ? [2 ** 32 - 1, 2 ** 32 - 1] : [size, start]), ...words(2, 0));
  return Uint8Array.from(bytes);
}

/** An archive of .npy files by name, stored as they are. */
export const npz = (arrays: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> =>
  writeZip(new Map(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));

/** An idx file of bytes, whose element i is `value(i)`. */
export function idx(shape: number[], value: (i: number) => number): Uint8Array<ArrayBuffer> {
  const lengths = shape.flatMap((length) => [0, 0, length >> 8, length & 255]);
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
  return Uint8Array.of(0, 0, 8, shape.length, ...lengths, ...values);
}

/** The classes of MATLAB's arrays of numbers, double first. */
export const CLASSES: number[] = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** A type of numbers in a MATLAB file: its code, its bytes, and how one is written. */
type MatType = [
  code: number,
  size: number,
  write: (view: DataView, value: number, little: boolean) => void,
];

/** The types of numbers in a MATLAB file. */
export const TYPES: MatType[] = [
  [1, 1, (view, value) => view.setInt8(0, value)],
  [2, 1, (view, value) => view.setUint8(0, value)],
  [3, 2, (view, value, little) => view.setInt16(0, value, little)],
  [4, 2, (view, value, little) => view.setUint16(0, value, little)],
  [5, 4, (view, value, little) => view.setInt32(0, value, little)],
  [6, 4, (view, value, little) => view.setUint32(0, value, little)],
  [7, 4, (view, value, little) => view.setFloat32(0, value, little)],
  [9, 8, (view, value, little) => view.setFloat64(0, value, little)],
  [12, 8, (view, value, little) => view.setBigInt64(0, BigInt(value), little)],
  [13, 8, (view, value, little) => view.setBigUint64(0, BigInt(value), little)],
];

/** How a MATLAB file is written. */
export interface MatStyle {
  type: MatType;
  arrayClass: number;
  /** The lowest byte of a number comes first. */
  little: boolean;
  /** Each array is deflated. */
  zip: boolean;
}

/** A MATLAB file of version 5 with these arrays, their values column-major. */
export function writeMat(
  arrays: Record<string, { shape: number[]; values: number[] }>,
  { type: [code, size, write], arrayClass, little, zip }: MatStyle,
): Uint8Array<ArrayBuffer> {
  const numbers = (size: number, values: number[], write: MatType[2]) =>
    values.flatMap((value) => {
      const view = new DataView(new ArrayBuffer(size));
      write(view, value, little);
      return [...new Uint8Array(view.buffer)];
    });
  const words = (...values: number[]) =>
    numbers(4, values, (view, value) => view.setUint32(0, value, little));
  const padding = (length: number, to: number) =>
    Array(Math.ceil(length / to) * to - length).fill(0);
  const element = (type: number, content: number[]) => {
    const { length } = content;
    const isSmall = length > 0 && length <= 4;
    const tag = isSmall ? words(length << 16 | type) : words(type, length);
    return [...tag, ...content, ...padding(length, isSmall ? 4 : 8)];
  };
  const body = Object.entries(arrays).flatMap(([name, { shape, values }]) => {
    const matrix = element(14, [
      ...element(6, words(arrayClass, 0)),
      ...element(5, words(...shape)),
      ...element(1, bytesOf(name)),
      ...element(code, numbers(size, values, write)),
    ]);
    if (!zip) return matrix;
    const packed = [...deflateSync(Uint8Array.from(matrix))];
    return [...words(15, packed.length), ...packed];
  });
  const order = little ? [0, 1, ...bytesOf("IM")] : [1, 0, ...bytesOf("MI")];
  return Uint8Array.from([...bytesOf("MATLAB 5.0 MAT-file".padEnd(124)), ...order, ...body]);
}
