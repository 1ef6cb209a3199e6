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
import { requireDType, requireTensors } from "./ops/primitive.ts";
import { reduceMax } from "./ops/reduce.ts";
import { pad } from "./ops/slicing.ts";
import { windows } from "./ops/windows.ts";
import {
  pair,
  type PerAxis,
  type Placement,
  placeWindows,
  type WindowOptions,
} from "./placement.ts";
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
  const places = placesOf("pool", x, window, options);
  if (!isPadded(places)) return reduceMax(windowsOf(x, places), { axis: [2, 4] });
  const seen = where(less(padded(ones(x.shape), places), 0.5), -Infinity, padded(x, places));
  const y = reduceMax(windowsOf(seen, places), { axis: [2, 4] });
  // Where the largest is −∞, padding has a share of the gradient: the image gets it back.
  const back = div(sizeOf(places), countsOf(x, places));
  return where(equal(y, -Infinity), mul(y, back), y);
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
  const places = placesOf("pool", x, window, options);
  return div(totals(x, places), isPadded(places) ? countsOf(x, places) : sizeOf(places));
}

/** The number of elements of a window, with padding. */
const sizeOf = (places: readonly Placement[]): number =>
  places.reduce((n, { window }) => n * window, 1);

/** The sum of each window. */
const totals = (x: Tensor, places: readonly Placement[]): Tensor =>
  sum(windowsOf(padded(x, places), places), { axis: [2, 4] });

/** The number of elements of each window, without padding: [1, rows, columns, 1]. */
const countsOf = (x: Tensor, places: readonly Placement[]): Tensor =>
  totals(ones([1, ...x.shape.slice(1, 3), 1]), places);

function placesOf(op: string, x: Tensor, window: PerAxis, options: WindowOptions): Placement[] {
  requireTensors(op, [x]);
  requireDType(op, x, "float32");
  if (x.rank !== 4) {
    throw shapeError`Cannot ${op} ${x.shape}: an image has 4 axes, [batch, height, width, channels]`;
  }
  const sizes = pair(op, "windows of", window, 1);
  checkOptions(op, options, "strides", "padding");
  const { strides = sizes, ...others } = options;
  const what = `${op} ${shapeText(x.shape)}`;
  const places = placeWindows(what, x.shape.slice(1, 3), sizes, { ...others, strides });
  const odd = places.find(({ low, high, window }) => Math.max(low, high) >= window);
  if (odd === undefined) return places;
  throw shapeError`Cannot ${op} ${x.shape} by windows of ${sizes}: they may lie in the padding of ${
    Math.max(odd.low, odd.high)
  }`;
}

const isPadded = (places: readonly Placement[]): boolean =>
  places.some(({ low, high }) => low + high > 0);

const padded = (x: Tensor, [y, z]: readonly Placement[]): Tensor =>
  pad(x, { low: [0, y.low, z.low, 0], high: [0, y.high, z.high, 0] });

const windowsOf = (x: Tensor, [y, z]: readonly Placement[]): Tensor =>
  windows(windows(x, 1, y.window, { stride: y.stride }), 3, z.window, { stride: z.stride });
