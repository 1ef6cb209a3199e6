/**
 * Images as a trained model takes them: rows of pixels in [0, 1].
 *
 * @module
 */

import { cast, reshape, Tensor, tensor } from "../../mod.ts";
import { makeImages, whiteOf } from "../data/images.ts";
import { UserError } from "../shell/errors.ts";

/**
 * Images: a tensor [n, height, width] or [n, pixels] with values in [0, 1], or the values of all
 * images one after another. Bytes are grey levels from 0 to 255, unless all are 0 or 1.
 */
export type ImageRows = Tensor | Float32Array | Uint8Array;

/** The height and width of an image. */
export type Size = readonly [height: number, width: number];

/**
 * Images as rows, float32 [n, pixels].
 *
 * @throws {UserError} if they have another size, there are none, or a value of an array is not in
 *   [0, 1]; the values of a tensor are not looked at
 */
export function rowsOf(images: ImageRows, [height, width]: Size): Tensor {
  const pixels = height * width;
  if (images instanceof Tensor) {
    const { shape } = images, [count, ...size] = shape;
    const fits = size.join() === `${pixels}` || size.join() === `${height},${width}`;
    if (!fits || count === 0) {
      throw new UserError(
        `the images have the shape [${shape.join(", ")}], but the run takes ` +
          `[n, ${height}, ${width}] or [n, ${pixels}]`,
      );
    }
    return reshape(images.dtype === "float32" ? images : cast(images, "float32"), [count, pixels]);
  }
  if (!(images instanceof Float32Array || images instanceof Uint8Array)) {
    throw new UserError("images are a tensor, a Float32Array or a Uint8Array");
  }
  if (images.length === 0 || images.length % pixels !== 0) {
    throw new UserError(
      `the images have ${images.length} values, but the run takes images of ${height}×${width} ` +
        `pixels, ${pixels} values each`,
    );
  }
  const white = whiteOf({ given: { data: images } }, "the images");
  const { count, data } = makeImages(images, pixels, "the images", white);
  const values = white === 1 ? data : Float32Array.from(data, (value) => value / white);
  return tensor(values, { shape: [count, pixels], dtype: "float32" });
}
