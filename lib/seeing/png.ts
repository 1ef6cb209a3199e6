/**
 * Grey pictures as PNG files.
 *
 * @module
 */

/** The bytes of an 8-bit grey PNG file. @param pixels row by row, 0 for black, 255 for white */
export async function encodePng(
  pixels: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Each row begins with the number of its filter; 0 is none.
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const zlib = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(zlib).arrayBuffer());
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 0, 0, 0, 0], 8); // bits, grey, and the only compression, filters and order
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [signature, chunk("IHDR", header), chunk("IDAT", packed), chunk("IEND")];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** A chunk: the length of the contents, a name, the contents, and a checksum of name and contents. */
function chunk(name: string, contents = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(contents.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, contents.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(contents, 8);
  view.setUint32(contents.length + 8, checksum(bytes.subarray(4, contents.length + 8)));
  return bytes;
}

/** The CRC-32 of bytes, as PNG defines it (ISO 3309), a bit at a time. */
function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >>> 1 ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
