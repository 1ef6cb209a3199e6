/**
 * Padding and concatenation: movement ops that choose, at every index, between several things to read.
 *
 * @module
 */
import type { Expr, Index } from "../../kernels/formula.ts";
import { divide, valueIndex } from "../../kernels/indexing.ts";
import * as s from "../../kernels/scalar.ts";
import { checkArray, checkOptions } from "../checks.ts";
import { normalizeAxis, ShapeError, shapeText, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims, slice } from "./linear.ts";
import { apply, type Primitive, requireSameDType, requireTensors } from "./primitive.ts";

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
  /** Zeros before. */
  readonly low: readonly number[];
  /** Zeros after. */
  readonly high: readonly number[];
  /** Zeros between neighbours. */
  readonly interior?: readonly number[];
}
/** Puts zeros around, and between, the elements. */
export function pad(x: Tensor, padding: Padding): Tensor {
  requireTensors("pad", [x]);
  checkOptions("pad", padding, "low", "high", "interior");
  const { low, high } = padding;
  for (const widths of [low, high, padding.interior ?? []]) checkArray(widths, "pad by");
  const { interior = low.map(() => 0) } = padding;
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
  checkArray(parts, "concatenate", "[a, b]");
  requireTensors("concatenate", parts);
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
  checkArray(parts, "stack", "[a, b]");
  return concat(parts.map((x) => expandDims(x, axis)), axis);
}
