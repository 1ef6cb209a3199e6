/**
 * Event files of TensorBoard: records of TFRecord, each a protobuf message of TensorFlow's
 * `event.proto`. Written by hand, since no kept library writes them and they need five fields.
 *
 * @module
 */

/** What one event holds. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** The version of the format, in the first event of a file. */
  readonly fileVersion?: string;
  /** The start of a session: readers forget earlier events of this step and later ones. */
  readonly starts?: boolean;
  /** Numbers by tag; a file keeps them as float32. */
  readonly scalars?: Readonly<Record<string, number>>;
}

/** The version that readers know. */
export const FILE_VERSION = "brain.Event:2";

/** The bytes of a record with an event. */
export const eventRecord = (event: TensorBoardEvent): Uint8Array<ArrayBuffer> =>
  tfRecord(message(event));

/**
 * A record of TFRecord: the length as uint64 and its checksum, the data and its checksum, all
 * little-endian.
 */
export function tfRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 16), view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(data), true);
  return bytes;
}

/** CRC-32C, masked as TFRecord does: rotated to the right by 15 bits, plus a constant. */
export function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The CRC of each byte by Castagnoli's polynomial, reversed: 0x82f63b78. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

/** The checksum CRC-32C (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The fields of `Event`, by their numbers in event.proto and summary.proto. */
function message({ wallTime, step, fileVersion, starts, scalars }: TensorBoardEvent): Uint8Array {
  return joined([
    double(1, wallTime),
    ...step === undefined ? [] : [integer(2, step)],
    ...fileVersion === undefined ? [] : [text(3, fileVersion)],
    ...scalars === undefined ? [] : [
      nested(
        5,
        Object.entries(scalars).map(([tag, value]) => nested(1, [text(1, tag), float(2, value)])),
      ),
    ],
    ...starts ? [nested(7, [integer(1, 1)])] : [],
  ]);
}

/** How the value of a field is written: the three lowest bits of its key. */
const WIRE = { varint: 0, bits64: 1, bytes: 2, bits32: 5 };

const fieldKey = (number: number, wire: number): number[] => varint(number << 3 | wire);

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return [...bytes, value];
}

const integer = (number: number, value: number): Uint8Array =>
  Uint8Array.of(...fieldKey(number, WIRE.varint), ...varint(value));

function double(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return joined([Uint8Array.from(fieldKey(number, WIRE.bits64)), bytes]);
}

function float(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([Uint8Array.from(fieldKey(number, WIRE.bits32)), bytes]);
}

const bytesField = (number: number, value: Uint8Array): Uint8Array =>
  joined([
    Uint8Array.of(...fieldKey(number, WIRE.bytes), ...varint(value.length)),
    value,
  ]);

const text = (number: number, value: string): Uint8Array =>
  bytesField(number, new TextEncoder().encode(value));

const nested = (number: number, fields: readonly Uint8Array[]): Uint8Array =>
  bytesField(number, joined(fields));

/** Bytes one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
