/**
 * Tensors as grey pictures: in a notebook, or as a PNG file.
 *
 * @module
 */
import { checkCount, checkOptions } from "../checks.ts";
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { encodePng } from "./png.ts";
import { type Display, JUPYTER_DISPLAY } from "./show.ts";

/** Settings of {@linkcode image}. */
export interface ImageOptions {
  /** The number of pictures in a row; about the square root of their number unless given. */
  readonly columns?: number;
  /** The side of the square that shows an element, in pixels; 2 unless given. */
  readonly scale?: number;
  /** The values of black and white; the least and the greatest element unless given. */
  readonly range?: readonly [black: number, white: number];
}

/** A grey picture. A notebook of Deno shows it where it is the last value of a cell. */
export interface Image {
  /** The bytes of a PNG file. */
  png(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * A tensor of shape [height, width] as a picture, or one of [n, height, width] as n pictures in
 * rows. The values are read when the picture is shown.
 *
 * @example
 * ```ts
 * import { image, iota, reshape } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const png = await image(reshape(iota([6], 0), [2, 3])).png();
 * assertEquals(png.slice(1, 4), new TextEncoder().encode("PNG"));
 * ```
 * @throws {ShapeError} for other shapes, and where there is no element.
 */
export function image(x: Tensor, options: ImageOptions = {}): Image {
  checkOptions("show an image", options, "columns", "scale", "range");
  const { shape } = x;
  if (shape.length !== 2 && shape.length !== 3 || x.size === 0) {
    throw shapeError`Cannot show ${shape} as an image: it takes [height, width] or [n, height, width]`;
  }
  const [height, width] = shape.slice(-2), count = shape.length === 2 ? 1 : shape[0];
  const { columns = Math.ceil(Math.sqrt(count)), scale = 2 } = options;
  checkCount("show an image in columns of", columns, 1);
  checkCount("show an image at scale", scale, 1);
  const png = async () => {
    const data = Float64Array.from(await x.read());
    const { range = [least(data), -least(data.map((value) => -value))] } = options;
    const [black, white] = range;
    const across = Math.min(columns, count) * width * scale;
    const down = Math.ceil(count / columns) * height * scale;
    const pixels = new Uint8ClampedArray(across * down);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const [i, j] = [Math.floor(y / scale), Math.floor(x / scale)];
        const which = Math.floor(i / height) * columns + Math.floor(j / width);
        // Beyond the last picture there is no value, and NaN becomes 0: black.
        const value = data[(which * height + i % height) * width + j % width];
        pixels[y * across + x] = 255 * (value - black) / (white - black);
      }
    }
    return await encodePng(new Uint8Array(pixels.buffer), across, down);
  };
  const display = async (): Promise<Display> => ({
    "text/plain": `${x} as ${count === 1 ? "an image" : `${count} images`}`,
    "image/png": btoa(Array.from(await png(), (byte) => String.fromCharCode(byte)).join("")),
  });
  return Object.assign({ png }, { [JUPYTER_DISPLAY]: display });
}

/** The least finite number; 0 where there is none. */
function least(data: Float64Array): number {
  const found = data.reduce(
    (least, x) => Number.isFinite(x) ? Math.min(least, x) : least,
    Infinity,
  );
  return found === Infinity ? 0 : found;
}
