/**
 * Pooling: the largest or the mean element of each window of an image.
 *
 * Images are [batch, height, width, channels].
 *
 * @module
 */
import { checkOptions } from "./checks.ts";
import { ones } from "./create.ts";
import { div, equal, less, mul, where } from "./ops/elementwise.ts";
import { sum } from "./ops/linear.ts";
import { requireDType } from "./ops/primitive.ts";
import { reduceMax } from "./ops/reduce.ts";
import { windowsOf } from "./ops/windows.ts";
import { pair, type PerAxis, placeWindows, type WindowOptions } from "./placement.ts";
import { shapeError, shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The largest element of each window, [batch, height, width, channels] to [batch, rows, columns,
 * channels]. Padding is never the largest; equal largest elements share the gradient.
 *
 * @param window the number of rows and columns of a window
 * @param options strides of a window's size and padding "valid", unless given
 * @throws {ShapeError} where a window is larger than the padded image, or may lie in the padding.
 */
export function maxPool(x: Tensor, window: PerAxis, options: WindowOptions = {}): Tensor {
  const { seen, inside, size } = look(x, window, options);
  if (inside === undefined) return reduceMax(seen, EACH);
  const y = reduceMax(where(less(inside, 0.5), -Infinity, seen), EACH);
  // Where the largest is −∞, padding has a share of the gradient: the image gets it back.
  return where(equal(y, -Infinity), mul(y, div(size, sum(inside, EACH))), y);
}

/**
 * The mean element of each window, [batch, height, width, channels] to [batch, rows, columns,
 * channels]. Padding does not count.
 *
 * @param window the number of rows and columns of a window
 * @param options strides of a window's size and padding "valid", unless given
 * @throws {ShapeError} where a window is larger than the padded image, or may lie in the padding.
 */
export function averagePool(x: Tensor, window: PerAxis, options: WindowOptions = {}): Tensor {
  const { seen, inside, size } = look(x, window, options);
  return div(sum(seen, EACH), inside === undefined ? size : sum(inside, EACH));
}

/** The axes of the elements of a window. */
const EACH = { axis: [2, 4] };

/**
 * The windows of an image, [batch, rows, kh, columns, kw, channels], and where they are inside of
 * it: 1, or 0 in the padding; undefined if there is none.
 */
function look(
  x: Tensor,
  window: PerAxis,
  options: WindowOptions,
): { seen: Tensor; inside: Tensor | undefined; size: number } {
  requireDType("pool", x, "float32");
  if (x.rank !== 4) {
    throw shapeError`Cannot pool ${x.shape}: an image has 4 axes, [batch, height, width, channels]`;
  }
  const sizes = pair("pool", "windows of", window, 1), image = x.shape.slice(1, 3);
  checkOptions("pool", options, "strides", "padding");
  const { strides = sizes, padding } = options;
  const places = placeWindows(`pool ${shapeText(x.shape)}`, image, sizes, { strides, padding });
  const odd = places.find(({ low, high, window }) => Math.max(low, high) >= window);
  if (odd !== undefined) {
    const most = Math.max(odd.low, odd.high);
    throw shapeError`Cannot pool ${x.shape} by windows of ${sizes}: they may lie in the padding of ${most}`;
  }
  const isPadded = places.some(({ low, high }) => low + high > 0);
  return {
    seen: windowsOf(x, places),
    inside: isPadded ? windowsOf(ones([1, ...image, 1]), places) : undefined,
    size: sizes[0] * sizes[1],
  };
}
