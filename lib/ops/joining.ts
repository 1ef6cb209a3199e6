/**
 * Concatenation: each element is read from one of two tensors. The adjoint of concat is a slice for
 * each part.
 *
 * @module
 */
import type { Index } from "../../kernels/formula.ts";
import * as s from "../../kernels/scalar.ts";
import { checkArray } from "../checks.ts";
import { normalizeAxis, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expandDims } from "./linear.ts";
import { apply, map, primitive, requireSameDType, requireTensors } from "./primitive.ts";
import { clampIndex, slice } from "./slicing.ts";

const concatPrimitive = /* @__PURE__ */ primitive<number>({
  name: "concat",
  type([a, b], axis) {
    requireSameDType("concatenate", [a, b]);
    if (a.rank !== b.rank || a.shape.some((d, i) => i !== axis && d !== b.shape[i])) {
      throw shapeError`Cannot concatenate ${a.shape} and ${b.shape} along axis ${axis}: the other axes differ`;
    }
    return { shape: a.shape.with(axis, a.shape[axis] + b.shape[axis]), dtype: a.dtype };
  },
  lower: ([a, b], axis) =>
    map((at, read) => {
      const i = s.position(at[axis]);
      const split = s.constant(a.shape[axis], "int32");
      const put = (index: Index) => at.with(axis, index);
      return s.select(
        s.less(i, split),
        read(0, put(clampIndex(i, a.shape[axis]))),
        read(1, put(clampIndex(s.sub(i, split), b.shape[axis]))),
      );
    }),
  gradient(dy, _, [a, b], axis) {
    const start = a.shape.map(() => 0);
    return [slice(dy, start, a.shape), slice(dy, start.with(axis, a.shape[axis]), b.shape)];
  },
});

/** Joins tensors along one of their axes. */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  checkArray(parts, "concatenate", "[a, b]");
  requireTensors("concatenate", parts);
  if (parts.length === 0) throw new RangeError("Cannot concatenate no tensors");
  const along = normalizeAxis(axis, parts[0].shape, "concatenate");
  // Joined in pairs, as a balanced tree, so that a kernel needs no more than a select of two.
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
