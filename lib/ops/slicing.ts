/**
 * slice beside pad: each is the adjoint of the other. A slice leaves elements out, and their
 * gradients are 0: `pad` puts these zeros around, and between, the gradients of the elements that
 * the slice took.
 *
 * @module
 */
import type { Expr, Index } from "../../kernels/formula.ts";
import { add as plus, constantIndex, divide, scale, valueIndex } from "../../kernels/indexing.ts";
import * as s from "../../kernels/scalar.ts";
import { checkArray, checkOptions } from "../checks.ts";
import { checkShape, sameShape, type Shape, shapeError, shapeText, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { apply, map, primitive, requireTensors, view } from "./primitive.ts";

const slicePrimitive = /* @__PURE__ */ primitive<
  Readonly<Record<"start" | "shape" | "step", Shape>>
>({
  name: "slice",
  type([x], { start, shape, step }) {
    const isOfRank = [start, shape, step].every((list) => list.length === x.rank);
    const fits = shape.every((d, axis) =>
      Number.isInteger(start[axis]) && start[axis] >= 0 &&
      Number.isInteger(step[axis]) && step[axis] >= 1 &&
      endOf(start[axis], d, step[axis]) <= x.shape[axis]
    );
    if (!isOfRank || !fits) {
      const rule = isOfRank
        ? "it must lie inside, with steps of 1 or more"
        : "one start, size and step are needed for each axis";
      throw shapeError`Cannot slice ${shape} from ${x.shape} at ${start} by steps of ${step}: ${rule}`;
    }
    return { shape, dtype: x.dtype };
  },
  lower: (_, { start, step }) =>
    view((at) => at.map((i, axis) => plus(scale(i, step[axis]), constantIndex(start[axis])))),
  gradient(dy, _, [x], { start, shape, step }) {
    const high = x.shape.map((d, axis) => d - endOf(start[axis], shape[axis], step[axis]));
    return [pad(dy, { low: start, high, interior: step.map((n) => n - 1) })];
  },
});

/** The end of n elements along an axis: the position after the last one. */
const endOf = (start: number, n: number, step: number): number =>
  n === 0 ? start : start + (n - 1) * step + 1;

/** `shape` elements from `start` on, every `step`-th along each axis; every one unless given. */
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
  const y = apply(slicePrimitive, [x], { start, shape, step });
  return sameShape(y.shape, x.shape) ? x : y; // all of x
}

const padPrimitive = /* @__PURE__ */ primitive<Required<Padding>>({
  name: "pad",
  type([x], { low, high, interior }) {
    const widths = [low, high, interior];
    if (widths.some((w) => w.length !== x.rank || !w.every((n) => Number.isInteger(n) && n >= 0))) {
      const given = widths.map(shapeText).join(", ");
      throw shapeError`Cannot pad ${x.shape} by ${given}: it takes one integer from 0 for each axis`;
    }
    const shape = x.shape.map((d, axis) =>
      low[axis] + d + Math.max(0, d - 1) * interior[axis] + high[axis]
    );
    return { shape, dtype: x.dtype };
  },
  lower: ([x], { low, high, interior }) =>
    map((at, read) => {
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
    }),
  gradient: (dy, _, [x], { low, interior }) => [
    slice(dy, low, x.shape, interior.map((n) => n + 1)),
  ],
});

/**
 * The element at position i of an axis of n elements, the first at `low` and the others a stride
 * apart; `valid` is false where position i holds none.
 */
function within(i: Index, low: number, stride: number, n: number): { index: Index; valid: Expr } {
  const offset = s.sub(s.position(i), s.constant(low, "int32"));
  const last = (n - 1) * stride;
  const clamped = clampIndex(offset, last + 1);
  const { quotient, remainder } = divide(clamped, stride);
  let valid = s.equal(offset, s.position(clamped));
  if (stride > 1) valid = s.and(valid, s.equal(s.position(remainder), s.constant(0, "int32")));
  return { index: quotient, valid };
}

/** An integer as an index: moved to the nearest of 0 … n − 1. */
export function clampIndex(value: Expr, n: number): Index {
  const zero = s.constant(0, "int32");
  return valueIndex(s.min(s.max(value, zero), s.constant(n - 1, "int32")), n);
}

/** Settings of {@linkcode pad}: numbers of zeros, one for each axis. */
export interface Padding {
  /** Before the elements. */
  readonly low: readonly number[];
  /** After the elements. */
  readonly high: readonly number[];
  /** Between neighbours; none unless given. */
  readonly interior?: readonly number[];
}
/** Puts zeros around, and between, the elements. */
export function pad(x: Tensor, padding: Padding): Tensor {
  requireTensors("pad", [x]);
  checkOptions("pad", padding, "low", "high", "interior");
  const { low, high } = padding;
  for (const widths of [low, high, padding.interior ?? []]) checkArray(widths, "pad by");
  const { interior = low.map(() => 0) } = padding;
  const y = apply(padPrimitive, [x], { low, high, interior });
  return sameShape(y.shape, x.shape) ? x : y; // no zeros
}
