/**
 * Movement ops: they compute nothing, and copy nothing where a consumer can read through them. Each is one index formula:
 * which element of the input is the element of the output at a given index.
 *
 * @module
 */
import {
  add as plus,
  constantIndex,
  divide,
  flatten,
  type Index,
  scale,
  unflatten,
  valueIndex,
} from "../../kernels/indexing.ts";
import * as s from "../../kernels/scalar.ts";
import type { DType, Expr } from "../../kernels/scalar.ts";
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
import { apply, type Primitive, requireSameDType } from "./primitive.ts";

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
    at: (at, read) => read(0, unflatten(flatten(at, shape), x.shape)),
  }),
  gradient: (dy, _, [x]) => [reshape(dy, x.shape)],
};

/** The same elements in row-major order under another shape; one size may be −1, it is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.filter((d) => d !== -1);
  if (known.length === shape.length - 1) {
    const rest = x.size / sizeOf(known);
    if (!Number.isInteger(rest)) {
      throw new ShapeError(
        `Cannot reshape ${shapeText(x.shape)} to ${
          shapeText(shape)
        }: ${x.size} elements do not fill it`,
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
    at: (at, read) => read(0, order.map((_, axis) => at[order.indexOf(axis)])),
  }),
  gradient: (dy, _, __, order) => [transpose(dy, order.map((_, axis) => order.indexOf(axis)))],
};

/** Axis i of the output is axis order[i] of the input; the axes are reversed unless an order is given. */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
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
    at: (at, read) =>
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
      start[axis] + Math.max(0, (d - 1) * step[axis] + 1) * Number(d > 0) <= x.shape[axis]
    );
    if (!isOfRank || !fits) {
      throw new ShapeError(
        `Cannot slice ${shapeText(shape)} from ${shapeText(x.shape)} at ${
          shapeText(start)
        } by steps of ${shapeText(step)}: ${
          isOfRank ? "it must lie inside" : "one start, size and step are needed for each axis"
        }`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  lower: (_, { start, step }) => ({
    kind: "map",
    isView: true,
    at: (at, read) =>
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
  step: readonly number[] = start.map(() => 1),
): Tensor {
  checkShape(shape, "slice");
  checkShape(step.map((n) => n - 1), "step");
  return apply(slicePrimitive, [x], { start, shape, step });
}

interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}
export const padPrimitive: Primitive<PadAttributes> = {
  name: "pad",
  type([x], { low, high, interior }) {
    const widths = [low, high, interior];
    if (widths.some((w) => w.length !== x.rank || !w.every((n) => Number.isInteger(n) && n >= 0))) {
      throw new ShapeError(
        `Cannot pad ${shapeText(x.shape)} by ${
          widths.map(shapeText).join(", ")
        }: one width ≥ 0 an axis`,
      );
    }
    const shape = x.shape.map((d, axis) =>
      low[axis] + d + Math.max(0, d - 1) * interior[axis] + high[axis]
    );
    return { shape, dtype: x.dtype };
  },
  lower: ([x], { low, high, interior }) => ({
    kind: "map",
    at(at, read) {
      const zero = s.constant(0, x.dtype);
      if (sizeOf(x.shape) === 0) return zero;
      let inside: Expr | undefined;
      const inner = at.map((i, axis) => {
        if (low[axis] + high[axis] + interior[axis] === 0) return i;
        const { index, valid } = within(i, low[axis], interior[axis] + 1, x.shape[axis]);
        inside = inside === undefined ? valid : s.and(inside, valid);
        return index;
      });
      const element = read(0, inner);
      return inside === undefined ? element : s.select(inside, element, zero);
    },
  }),
  gradient(dy, _, [x], { low, interior }) {
    return [slice(dy, low, x.shape, interior.map((n) => n + 1))];
  },
};

/** Where position i lies in an axis of n elements that starts at `low` and has a stride, and whether it hits one. */
function within(i: Index, low: number, stride: number, n: number): { index: Index; valid: Expr } {
  const offset = s.sub(s.position(i), s.constant(low, "int32"));
  const last = (n - 1) * stride;
  const clamped = clampIndex(offset, last + 1);
  const { quotient, remainder } = divide(clamped, stride);
  let valid = s.equal(offset, s.position(clamped));
  if (stride > 1) valid = s.and(valid, s.equal(s.position(remainder), s.constant(0, "int32")));
  return { index: quotient, valid };
}

/** An integer, moved to the nearest of 0 … n − 1, as an index. */
export function clampIndex(value: Expr, n: number): Index {
  const zero = s.constant(0, "int32");
  return valueIndex(s.min(s.max(value, zero), s.constant(n - 1, "int32")), n);
}

/** Settings of {@linkcode pad}: how many zeros before, after and between the elements of each axis. */
export interface Padding {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior?: readonly number[];
}
/** Puts zeros around, and between, the elements. */
export function pad(x: Tensor, { low, high, interior = low.map(() => 0) }: Padding): Tensor {
  return apply(padPrimitive, [x], { low, high, interior });
}

export const concatPrimitive: Primitive<number> = {
  name: "concat",
  type([a, b], axis) {
    requireSameDType("concatenate", [a, b]);
    if (a.rank !== b.rank || a.shape.some((d, i) => i !== axis && d !== b.shape[i])) {
      throw new ShapeError(
        `Cannot concatenate ${shapeText(a.shape)} and ${
          shapeText(b.shape)
        } along axis ${axis}: the other axes differ`,
      );
    }
    return { shape: a.shape.map((d, i) => i === axis ? d + b.shape[i] : d), dtype: a.dtype };
  },
  lower: ([a, b], axis) => ({
    kind: "map",
    at(at, read) {
      const i = s.position(at[axis]);
      const split = s.constant(a.shape[axis], "int32");
      const put = (index: Index) => at.map((old, k) => k === axis ? index : old);
      return s.select(
        s.less(i, split),
        read(0, put(clampIndex(i, a.shape[axis]))),
        read(1, put(clampIndex(s.sub(i, split), b.shape[axis]))),
      );
    },
  }),
  gradient(dy, _, inputs, axis) {
    let start = 0;
    return inputs.map((input) => {
      const at = input.shape.map((_, i) => i === axis ? start : 0);
      start += input.shape[axis];
      return slice(dy, at, input.shape);
    });
  },
};

/** Joins tensors along an axis that exists. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  if (parts.length === 0) throw new RangeError("Cannot concatenate no tensors");
  const along = normalizeAxis(axis, parts[0].shape, "concatenate");
  // Joined in pairs, as a balanced tree: a select of two is all that a kernel needs to know.
  const join = (list: readonly Tensor[]): Tensor => {
    if (list.length === 1) return list[0];
    const a = join(list.slice(0, list.length >> 1)), b = join(list.slice(list.length >> 1));
    concatPrimitive.type([a, b], along);
    if (a.shape[along] === 0) return b;
    return b.shape[along] === 0 ? a : apply(concatPrimitive, [a, b], along);
  };
  return join(parts);
}

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return concat(parts.map((x) => expandDims(x, axis)), axis);
}

/** Inserts an axis of size 1. */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis(axis, [...x.shape, 1], "insert an axis");
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

export const flipPrimitive: Primitive<readonly number[]> = {
  name: "flip",
  type: ([x]) => x,
  lower: ([x], axes) => ({
    kind: "map",
    isView: true,
    at: (at, read) =>
      read(
        0,
        at.map((i, axis) =>
          axes.includes(axis) ? plus(constantIndex(x.shape[axis] - 1), scale(i, -1)) : i
        ),
      ),
  }),
  gradient: (dy, _, __, axes) => [flip(dy, axes)],
};
/** Reverses the order along some axes, all unless given. */
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  return apply(flipPrimitive, [x], normalizeAxes(axis, x.shape, "flip"));
}

interface IotaAttributes {
  readonly shape: Shape;
  readonly axis: number;
  readonly dtype: DType;
}
export const iotaPrimitive: Primitive<IotaAttributes> = {
  name: "iota",
  type: (_, { shape, dtype }) => ({ shape, dtype }),
  lower: (_, { axis, dtype }) => ({
    kind: "map",
    at: (at) => s.convert(s.position(at[axis]), dtype),
  }),
};
/** 0, 1, 2, … along an axis. */
export function iota(shape: Shape, axis = -1, dtype: DType = "int32"): Tensor {
  checkShape(shape, "count up");
  return apply(iotaPrimitive, [], { shape, axis: normalizeAxis(axis, shape, "count up"), dtype });
}
