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
import { add } from "./elementwise.ts";
import { reshape } from "./linear.ts";
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
const reachOf = (size: number, dilation: number): number => (size - 1) * dilation + 1;

const windowsPrimitive = /* @__PURE__ */ primitive<Attributes>({
  name: "windows",
  type([x], { axis, size, stride, dilation }) {
    if ([size, stride, dilation].some((n) => !Number.isInteger(n) || n < 1)) {
      throw shapeError`Cannot take windows of ${size} by steps of ${stride} and ${dilation}: they are integers from 1`;
    }
    const room = x.shape[axis] - reachOf(size, dilation);
    if (room < 0) {
      throw shapeError`Cannot take windows over ${
        reachOf(size, dilation)
      } elements along axis ${axis} of ${x.shape}: it is too short`;
    }
    return {
      shape: x.shape.toSpliced(axis, 1, Math.floor(room / stride) + 1, size),
      dtype: x.dtype,
    };
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

/** The adjoint of windows: [..., n, ...], where each element is the sum of those that saw it. */
function addWindows(dy: Tensor, n: number, { axis, size, stride, dilation }: Attributes): Tensor {
  const count = dy.shape[axis];
  const shape = dy.shape.toSpliced(axis + 1, 1);
  const only = (value: number) => shape.map((_, i) => i === axis ? value : 0);
  let total: Tensor | undefined;
  for (let j = 0; j < size; j++) {
    const start = dy.shape.map((_, i) => i === axis + 1 ? j : 0);
    const seen = reshape(slice(dy, start, dy.shape.with(axis + 1, 1)), shape);
    const low = j * dilation, end = low + reachOf(count, stride);
    const put = pad(seen, { low: only(low), high: only(n - end), interior: only(stride - 1) });
    total = total === undefined ? put : add(total, put);
  }
  return total!;
}
