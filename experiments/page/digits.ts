/**
 * Drawing grey images of 28 × 28 pixels, white on black.
 *
 * @module
 */
/// <reference lib="dom" />

import { PIXELS } from "./bits.ts";

const SIDE = 28;

/**
 * Draws images into a canvas, in rows of `columns`.
 *
 * @param images [images, 784], 0 … 255
 */
export function drawImages(canvas: HTMLCanvasElement, images: Uint8Array, columns = 1): void {
  const count = images.length / PIXELS;
  const [width, height] = [SIDE * columns, SIDE * Math.ceil(count / columns)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const picture = new ImageData(width, height);
  for (let n = 0; n < count; n++) {
    const left = (n % columns) * SIDE, top = Math.floor(n / columns) * SIDE;
    for (let i = 0; i < PIXELS; i++) {
      const at = 4 * ((top + Math.floor(i / SIDE)) * width + left + i % SIDE);
      picture.data.fill(images[n * PIXELS + i], at, at + 3);
      picture.data[at + 3] = 255;
    }
  }
  canvas.getContext("2d")!.putImageData(picture, 0, 0);
}
