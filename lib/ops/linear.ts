/**
 * Views: movement ops that compute nothing, and copy nothing where a consumer can read through them. Each is one index formula:
 * which element of the input is the element of the output at a given index.
 *
 * @module
 */
import { add as plus, constantIndex, flatten, scale, unflatten } from "../../kernels/indexing.ts";
import { checkArray } from "../checks.ts";
import {
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  type Shape,
  ShapeError,
  shapeText,
  sizeOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { sum } from "./reduce.ts";
import { pad } from "./joining.ts";
import { apply, type Primitive, requireTensors } from "./primitive.ts";

/** The same elements in row-major order under another shape; one size may be −1, it is worked out. */
export const reshapePrimitive: Primitive<Shape> = {
  name: "reshape",
  type([x], shape) {
    if (sizeOf(shape) !== x.size) {
      throw new ShapeError(
        `Cannot reshape ${shapeText(x.shape)} to ${shapeText(shape)}: ${x.size} elements against ${
          sizeOf(shape)
        }`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  lower: ([x], shape) => ({
    kind: "map",
    isView: true,
    element: (at, read) => read(0, unflatten(flatten(at, shape), x.shape)),
  }),
  gradient: (dy, _, [x]) => [reshape(dy, x.shape)],
};

/** The same elements in row-major order under another shape; one size may be −1, it is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  requireTensors("reshape", [x]);
  checkArray(shape, "reshape to shape");
  const known = shape.filter((d) => d !== -1);
  if (known.length === shape.length - 1) {
    const rest = x.size / sizeOf(known);
    if (!Number.isInteger(rest)) {
      throw new ShapeError(
        `Cannot reshape ${shapeText(x.shape)} to ${shapeText(shape)}: ${x.size} do not fill it`,
      );
    }
    shape = shape.map((d) => d === -1 ? rest : d);
  }
  checkShape(shape, "reshape");
  return sameShape(shape, x.shape) ? x : apply(reshapePrimitive, [x], shape);
}

export const transposePrimitive: Primitive<readonly number[]> = {
  name: "transpose",
  type([x], order) {
    if (!sameShape([...order].sort((a, b) => a - b), x.shape.map((_, axis) => axis))) {
      throw new ShapeError(
        `Cannot transpose ${shapeText(x.shape)} by ${
          shapeText(order)
        }: every axis must be named once`,
      );
    }
    return { shape: order.map((axis) => x.shape[axis]), dtype: x.dtype };
  },
  lower: (_, order) => ({
    kind: "map",
    isView: true,
    element: (at, read) => read(0, order.map((_, axis) => at[order.indexOf(axis)])),
  }),
  gradient: (dy, _, __, order) => [transpose(dy, order.map((_, axis) => order.indexOf(axis)))],
};

/** Axis i of the output is axis order[i] of the input; the axes are reversed unless an order is given. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  requireTensors("transpose", [x]);
  if (order !== undefined) checkArray(order, "transpose by");
  const axes = order?.map((axis) => normalizeAxis(axis, x.shape, "transpose")) ??
    x.shape.map((_, axis) => x.rank - 1 - axis);
  return apply(transposePrimitive, [x], axes);
}

export const broadcastPrimitive: Primitive<Shape> = {
  name: "broadcast",
  type([x], shape) {
    const padded = [...Array(Math.max(0, shape.length - x.rank)).fill(1), ...x.shape];
    if (padded.length !== shape.length || padded.some((d, i) => d !== 1 && d !== shape[i])) {
      throw new ShapeError(
        `Cannot broadcast ${shapeText(x.shape)} to ${
          shapeText(shape)
        }: aligned at the last axis, sizes must be equal or 1`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  lower: ([x], shape) => ({
    kind: "map",
    isView: true,
    element: (at, read) =>
      read(
        0,
        at.slice(shape.length - x.shape.length)
          .map((i, axis) => x.shape[axis] === 1 ? constantIndex(0) : i),
      ),
  }),
  gradient(dy, _, [x]) {
    // What was read many times gets the sum of the gradients.
    const extra = dy.rank - x.rank;
    const axes = dy.shape.map((_, axis) => axis)
      .filter((axis) => axis < extra || x.shape[axis - extra] === 1 && dy.shape[axis] !== 1);
    return [reshape(sum(dy, { axis: axes }), x.shape)];
  },
};

/** Repeats axes of size 1, and new axes in front, to fill the shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  requireTensors("broadcast", [x]);
  checkShape(shape, "broadcast");
  return sameShape(shape, x.shape) ? x : apply(broadcastPrimitive, [x], shape);
}

interface SliceAttributes {
  readonly start: readonly number[];
  readonly shape: Shape;
  readonly step: readonly number[];
}
export const slicePrimitive: Primitive<SliceAttributes> = {
  name: "slice",
  type([x], { start, shape, step }) {
    const isOfRank = [start, shape, step].every((list) => list.length === x.rank);
    const fits = shape.every((d, axis) =>
      Number.isInteger(start[axis]) && start[axis] >= 0 &&
      Number.isInteger(step[axis]) && step[axis] >= 1 &&
      start[axis] + Math.max(0, (d - 1) * step[axis] + 1) * Number(d > 0) <= x.shape[axis]
    );
    if (!isOfRank || !fits) {
      throw new ShapeError(
        `Cannot slice ${shapeText(shape)} from ${shapeText(x.shape)} at ${
          shapeText(start)
        } by steps of ${shapeText(step)}: ${
          isOfRank
            ? "it must lie inside, with steps of 1 or more"
            : "one start, size and step are needed for each axis"
        }`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  lower: (_, { start, step }) => ({
    kind: "map",
    isView: true,
    element: (at, read) =>
      read(0, at.map((i, axis) => plus(scale(i, step[axis]), constantIndex(start[axis])))),
  }),
  gradient(dy, _, [x], { start, shape, step }) {
    const high = x.shape.map((d, axis) =>
      d - start[axis] - Math.max(0, (shape[axis] - 1) * step[axis] + 1) * Number(shape[axis] > 0)
    );
    return [pad(dy, { low: start, high, interior: step.map((n) => n - 1) })];
  },
};

/** `shape` elements from `start` on, every `step`-th along each axis (every one unless given). */
export function slice(
  x: Tensor,
  start: readonly number[],
  shape: Shape,
  step?: readonly number[],
): Tensor {
  requireTensors("slice", [x]);
  checkArray(start, "slice from");
  checkShape(shape, "slice");
  step ??= start.map(() => 1);
  checkArray(step, "slice by steps of");
  return apply(slicePrimitive, [x], { start, shape, step });
}

/** Inserts an axis of size 1. */
export function expandDims(x: Tensor, axis: number): Tensor {
  requireTensors("insert an axis into", [x]);
  const at = normalizeAxis(axis, [...x.shape, 1], "insert an axis");
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

export const flipPrimitive: Primitive<readonly number[]> = {
  name: "flip",
  type: ([x]) => x,
  lower: ([x], axes) => ({
    kind: "map",
    isView: true,
    element: (at, read) =>
      read(
        0,
        at.map((i, axis) =>
          axes.includes(axis)
            ? plus(constantIndex(Math.max(0, x.shape[axis] - 1)), scale(i, -1))
            : i
        ),
      ),
  }),
  gradient: (dy, _, __, axes) => [flip(dy, axes)],
};
/** Reverses the order along some axes, all unless given. */
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  requireTensors("flip", [x]);
  return apply(flipPrimitive, [x], normalizeAxes(axis, x.shape, "flip"));
}
