/**
 * Linear ops, each beside its adjoint. The gradient of a linear op is its adjoint: where y = A·x,
 * the gradient with respect to x is Aᵀ·dy. So the gradient rule of each op here calls another op of
 * this file:
 *
 * - reshape, transpose and flip reorder elements: the adjoint is the opposite reordering;
 * - broadcastTo copies one element to many places, and `sum` adds many elements into one: each is
 *   the adjoint of the other.
 *
 * All but `sum` are views: an index formula says which element of the input is the element of the
 * output at an index. A view copies nothing where its consumer can read through it.
 *
 * The other pairs are slice and pad (slicing.ts), and take and scatterAdd (indexing.ts).
 *
 * @module
 */
import type { Combine } from "../../kernels/graph.ts";
import { add as plus, constantIndex, flatten, scale, unflatten } from "../../kernels/indexing.ts";
import { checkArray, checkFlag, checkOptions, counted } from "../checks.ts";
import {
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  type Shape,
  shapeError,
  sizeOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  apply,
  NUMBERS,
  type Primitive,
  primitive,
  requireDType,
  requireTensors,
  view,
} from "./primitive.ts";

// Reordering

const reshapePrimitive = /* @__PURE__ */ primitive<Shape>({
  name: "reshape",
  type([x], shape) {
    if (sizeOf(shape) !== x.size) {
      const sizes = `${counted(x.size, "element")} against ${sizeOf(shape)}`;
      throw shapeError`Cannot reshape ${x.shape} to ${shape}: ${sizes}`;
    }
    return { shape, dtype: x.dtype };
  },
  lower: ([x], shape) => view((at) => unflatten(flatten(at, shape), x.shape)),
  gradient: (dy, _, [x]) => [reshape(dy, x.shape)],
});

/**
 * The same elements in row-major order under another shape. One size may be −1: it is worked out
 * from the others.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  requireTensors("reshape", [x]);
  checkArray(shape, "reshape to shape");
  const known = shape.filter((d) => d !== -1);
  if (known.length === shape.length - 1) {
    const rest = x.size / sizeOf(known);
    if (!Number.isInteger(rest)) {
      const rule = `${counted(x.size, "element does", "elements do")} not fill it`;
      throw shapeError`Cannot reshape ${x.shape} to ${shape}: ${rule}`;
    }
    shape = shape.map((d) => d === -1 ? rest : d);
  }
  checkShape(shape, "reshape");
  return sameShape(shape, x.shape) ? x : apply(reshapePrimitive, [x], shape);
}

/** Inserts an axis of size 1. */
export function expandDims(x: Tensor, axis: number): Tensor {
  requireTensors("insert an axis into", [x]);
  const at = normalizeAxis(axis, [...x.shape, 1], "insert an axis");
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

const transposePrimitive = /* @__PURE__ */ primitive<readonly number[]>({
  name: "transpose",
  type([x], order) {
    if (!sameShape([...order].sort((a, b) => a - b), x.shape.map((_, axis) => axis))) {
      throw shapeError`Cannot transpose ${x.shape} by ${order}: every axis must be named once`;
    }
    return { shape: order.map((axis) => x.shape[axis]), dtype: x.dtype };
  },
  lower: (_, order) => view((at) => inverse(order).map((axis) => at[axis])),
  gradient: (dy, _, __, order) => [transpose(dy, inverse(order))],
});

/** The order that undoes another. */
const inverse = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));

/**
 * Axis i of the output is axis order[i] of the input. Unless an order is given, the axes are
 * reversed.
 */
export function transpose(x: Tensor, order?: readonly number[]): Tensor {
  requireTensors("transpose", [x]);
  if (order !== undefined) checkArray(order, "transpose by");
  const axes = order?.map((axis) => normalizeAxis(axis, x.shape, "transpose")) ??
    x.shape.map((_, axis) => x.rank - 1 - axis);
  return apply(transposePrimitive, [x], axes);
}

const flipPrimitive = /* @__PURE__ */ primitive<readonly number[]>({
  name: "flip",
  type: ([x]) => x,
  lower: ([x], axes) =>
    view((at) =>
      at.map((i, axis) => {
        const last = constantIndex(Math.max(0, x.shape[axis] - 1));
        return axes.includes(axis) ? plus(last, scale(i, -1)) : i;
      })
    ),
  gradient: (dy, _, __, axes) => [flip(dy, axes)],
});
/** Reverses the order of the elements along some axes, all unless given. */
export function flip(x: Tensor, axis?: number | readonly number[]): Tensor {
  requireTensors("flip", [x]);
  return apply(flipPrimitive, [x], normalizeAxes(axis, x.shape, "flip"));
}

// Copying and adding

const broadcastPrimitive = /* @__PURE__ */ primitive<Shape>({
  name: "broadcast",
  type([x], shape) {
    const padded = [...Array(Math.max(0, shape.length - x.rank)).fill(1), ...x.shape];
    if (padded.length !== shape.length || padded.some((d, i) => d !== 1 && d !== shape[i])) {
      throw shapeError`Cannot broadcast ${x.shape} to ${shape}: aligned at the last axis, sizes must be equal or 1`;
    }
    return { shape, dtype: x.dtype };
  },
  lower: ([x], shape) =>
    view((at) =>
      at.slice(shape.length - x.rank).map((i, axis) => x.shape[axis] === 1 ? constantIndex(0) : i)
    ),
  gradient(dy, _, [x]) {
    // An element that was copied to many places gets the sum of their gradients.
    const extra = dy.rank - x.rank;
    const axes = dy.shape.map((_, axis) => axis)
      .filter((axis) => axis < extra || x.shape[axis - extra] === 1 && dy.shape[axis] !== 1);
    return [reshape(sum(dy, { axis: axes }), x.shape)];
  },
});

/** Repeats axes of size 1, and adds repeated axes in front, to fill the shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  requireTensors("broadcast", [x]);
  checkShape(shape, "broadcast");
  return sameShape(shape, x.shape) ? x : apply(broadcastPrimitive, [x], shape);
}

/** The axes to reduce. */
export interface ReduceOptions {
  /** An axis, or several; all unless given. Negative ones count from the back. */
  readonly axis?: number | readonly number[];
  /** Whether the reduced axes stay, with size 1; false unless given. */
  readonly keepDims?: boolean;
}

/** Combines the elements over some axes, which vanish, or keep size 1. */
export type Reduction = (x: Tensor, options?: ReduceOptions) => Tensor;

/** The shape without some axes. */
export const without = (shape: Shape, axes: readonly number[]): Shape =>
  shape.filter((_, axis) => !axes.includes(axis));
/** The shape with size 1 for some axes. */
const kept = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((d, axis) => axes.includes(axis) ? 1 : d);

/** y, a reduction of x over some axes (or the gradient of one), repeated to the shape of x. */
export const spread = (y: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
  broadcastTo(reshape(y, kept(x.shape, axes)), x.shape);

/** The axes that the options of a reduction name. */
export function axesOf(op: string, x: Tensor, options: ReduceOptions): number[] {
  requireTensors(op, [x]);
  checkOptions(op, options, "axis", "keepDims");
  const { axis, keepDims = false } = options;
  checkFlag(op, "keepDims", keepDims);
  return normalizeAxes(axis, x.shape, op);
}

/** The reduction of a combination. */
export function reduction(
  name: string,
  combine: Combine,
  gradient?: Primitive<readonly number[]>["gradient"],
): Reduction {
  const record = primitive<readonly number[]>({
    name,
    type([x], axes) {
      requireDType(name, x, ...NUMBERS);
      return { shape: without(x.shape, axes), dtype: x.dtype };
    },
    lower: (_, axes) => ({ kind: "reduce", combine, axes }),
    gradient,
  });
  return (x, options = {}) => {
    const axes = axesOf(name, x, options);
    const y = axes.length === 0 ? x : apply(record, [x], axes);
    return options.keepDims ? reshape(y, kept(x.shape, axes)) : y;
  };
}

/** The sum over some axes; 0 over none. */
export const sum: Reduction = /* @__PURE__ */ reduction(
  "sum",
  "add",
  (dy, _, [x], axes) => [spread(dy, x, axes)],
);
