/**
 * Windows along an axis: a strided view in which neighbours overlap, beside its adjoint.
 *
 * Window i of an axis takes the elements at i·stride + j·dilation for j below its size. The view
 * copies nothing, although an element may be seen in many windows. The adjoint adds up what was
 * seen of each element: for each j it puts element j of all windows back where they came from.
 *
 * Worked example: in [1, 2, 3, 4, 5] the windows of 3 by a stride of 2 are [[1, 2, 3], [3, 4, 5]].
 *
 * @module
 */
import { add as plus, scale } from "../../kernels/indexing.ts";
import { checkOptions } from "../checks.ts";
import { normalizeAxis, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { at } from "./arrangement.ts";
import { add } from "./elementwise.ts";
import { apply, primitive, requireTensors, view } from "./primitive.ts";
import { pad, slice } from "./slicing.ts";

/** Settings of {@linkcode windows}. */
export interface WindowsOptions {
  /** From the start of a window to that of the next; 1 unless given. */
  readonly stride?: number;
  /** From an element of a window to its next; 1 unless given. */
  readonly dilation?: number;
}

interface Attributes extends Required<WindowsOptions> {
  readonly axis: number;
  readonly size: number;
}

/** The number of elements from the first to the last of a window. */
export const reachOf = (size: number, dilation: number): number => (size - 1) * dilation + 1;

const windowsPrimitive = /* @__PURE__ */ primitive<Attributes>({
  name: "windows",
  type([x], { axis, size, stride, dilation }) {
    if ([size, stride, dilation].some((n) => !Number.isInteger(n) || n < 1)) {
      throw shapeError`Cannot take windows of ${size} by steps of ${stride} and ${dilation}: they are integers from 1`;
    }
    const reach = reachOf(size, dilation), room = x.shape[axis] - reach;
    if (room < 0) {
      throw shapeError`Cannot take windows over ${reach} elements along axis ${axis} of ${x.shape}: it is too short`;
    }
    const shape = x.shape.toSpliced(axis, 1, Math.floor(room / stride) + 1, size);
    return { shape, dtype: x.dtype };
  },
  lower: (_, { axis, stride, dilation }) =>
    view((at) =>
      at.toSpliced(axis, 2, plus(scale(at[axis], stride), scale(at[axis + 1], dilation)))
    ),
  gradient: (dy, _, [x], attributes) => [addWindows(dy, x.shape[attributes.axis], attributes)],
});

/**
 * The windows of `size` elements along an axis: [..., count, size, ...] of [..., n, ...], where
 * count is ⌊(n − (size − 1)·dilation − 1) / stride⌋ + 1. A view.
 *
 * @throws {ShapeError} where no window fits in, or a setting is not an integer from 1.
 */
export function windows(
  x: Tensor,
  axis: number,
  size: number,
  options: WindowsOptions = {},
): Tensor {
  requireTensors("take windows of", [x]);
  checkOptions("take windows", options, "stride", "dilation");
  const { stride = 1, dilation = 1 } = options;
  const along = normalizeAxis(axis, x.shape, "take windows");
  return apply(windowsPrimitive, [x], { axis: along, size, stride, dilation });
}

/** How windows lie along an axis: the first begins at −low, and the last ends at n + high. */
export interface Windows extends Required<WindowsOptions> {
  /** The number of elements of a window. */
  readonly window: number;
  /** Elements of padding before and after the axis; below 0, elements that are left out. */
  readonly low: number;
  readonly high: number;
}

/** The windows of an image, [n, height, width, c] to [n, rows, a, columns, b, c], over zeros. */
export function windowsOf(x: Tensor, axes: readonly Windows[]): Tensor {
  let seen = shift(x, axes);
  axes.forEach(({ window, stride, dilation }, axis) => {
    seen = windows(seen, 2 * axis + 1, window, { stride, dilation });
  });
  return seen;
}

/** An image with zeros added to both ends of its height and width, or elements left out. */
function shift(x: Tensor, axes: readonly Windows[]): Tensor {
  const ends = [{ low: 0, high: 0 }, ...axes, { low: 0, high: 0 }].map(({ low, high }, axis) => {
    const size = x.shape[axis], start = Math.min(size, Math.max(0, -low));
    const kept = Math.max(0, Math.min(size, size + high) - start);
    const zeros = size + low + high - kept, before = Math.min(Math.max(0, low), zeros);
    return { start, kept, low: before, high: zeros - before };
  });
  const all = (name: keyof typeof ends[0]) => ends.map((end) => end[name]);
  return pad(slice(x, all("start"), all("kept")), { low: all("low"), high: all("high") });
}

/** The adjoint of windows: [..., n, ...], where each element is the sum of those that saw it. */
function addWindows(dy: Tensor, n: number, { axis, size, stride, dilation }: Attributes): Tensor {
  const reach = reachOf(dy.shape[axis], stride);
  const only = (value: number) => dy.shape.slice(1).map((_, i) => i === axis ? value : 0);
  return Array.from({ length: size }, (_, j) => {
    const low = j * dilation, high = n - low - reach;
    const interior = only(stride - 1);
    return pad(at(dy, j, axis + 1), { low: only(low), high: only(high), interior });
  }).reduce((a, b) => add(a, b));
}
