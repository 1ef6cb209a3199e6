/**
 * Binary images as bits: 98 bytes for each image of 784 pixels, the first pixel in the highest bit.
 *
 * @module
 */

/** The number of pixels of an image. */
export const PIXELS = 784;
/** The number of bytes of an image. */
export const IMAGE_BYTES: number = PIXELS / 8;

/** Packs pixels, a multiple of 8 of them, each 0 or not, as bits. */
export function packBits(pixels: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pixels.length / 8);
  for (let i = 0; i < pixels.length; i++) if (pixels[i] !== 0) bytes[i >> 3] |= 128 >> (i & 7);
  return bytes;
}

/** The pixels of some images, 0 or 1, [images, 784]. */
export function unpackImages(bytes: Uint8Array, images: ArrayLike<number>): Float32Array {
  const pixels = new Float32Array(images.length * PIXELS);
  for (let n = 0, at = 0; n < images.length; n++) {
    const start = images[n] * IMAGE_BYTES;
    for (let i = 0; i < PIXELS; i++) pixels[at++] = bytes[start + (i >> 3)] >> (7 - (i & 7)) & 1;
  }
  return pixels;
}
