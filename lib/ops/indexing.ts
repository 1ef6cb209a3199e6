/**
 * Counting, and take beside scatterAdd: reading and adding at computed indices, each the adjoint of
 * the other.
 *
 * Indices are int32. Indices that are known when an op is called are checked. Indices that a device
 * computes are moved to the nearest end instead.
 *
 * @module
 */
import { checkDType } from "../checks.ts";
import {
  checkShape,
  normalizeAxis,
  sameShape,
  type Shape,
  ShapeError,
  shapeError,
  sizeOf,
} from "../shape.ts";
import * as s from "../../kernels/scalar.ts";
import type { DType } from "../../kernels/formula.ts";
import type { Tensor } from "../tensor.ts";
import { add, max, min, mul } from "./elementwise.ts";
import { reshape, transpose } from "./linear.ts";
import { apply, map, NUMBERS, primitive, requireDType, requireTensors } from "./primitive.ts";
import { clampIndex } from "./slicing.ts";

const iotaPrimitive = /* @__PURE__ */ primitive<{ shape: Shape; axis: number; dtype: DType }>({
  name: "iota",
  type: (_, { shape, dtype }) => ({ shape, dtype }),
  lower: (_, { axis, dtype }) => map((at) => s.convert(s.position(at[axis]), dtype)),
});
/** 0, 1, 2, … along an axis. */
export function iota(shape: Shape, axis = -1, dtype: DType = "int32"): Tensor {
  checkShape(shape, "count up");
  checkDType(dtype);
  return apply(iotaPrimitive, [], { shape, axis: normalizeAxis(axis, shape, "count up"), dtype });
}

/**
 * Refuses indices that are not int32, and known indices that are not from 0 to n − 1. Indices are
 * known if they are host data or a constant, possibly reshaped.
 *
 * @throws {RangeError} with the first index that is out of range.
 */
export function checkIndices(op: string, indices: Tensor, n: number): void {
  requireDType("index by", indices, "int32");
  let from = indices;
  while (from.label.startsWith("reshape ") && from.inputs.length > 0) from = from.inputs[0];
  const known = from.label.startsWith("full ") ? [Number(from.label.slice(5))] : from.storage?.host;
  // Without rows, n = 0, the ops refuse the shapes.
  if (known === undefined || indices.size === 0 || n === 0) return;
  const i = known.findIndex((index: number) => index < 0 || index >= n);
  if (i < 0) return;
  throw new RangeError(
    `Cannot ${op} index ${known[i]}, number ${i} of the indices: they must be from 0 to ${n - 1}`,
  );
}

const takePrimitive = /* @__PURE__ */ primitive({
  name: "take",
  type([x, indices]) {
    if (x.rank === 0) throw new ShapeError("Cannot take from a scalar: it has no rows");
    if (x.shape[0] === 0 && indices.size > 0) {
      throw shapeError`Cannot take ${indices.shape} rows from ${x.shape}`;
    }
    checkIndices("take", indices, x.shape[0]);
    return { shape: [...indices.shape, ...x.shape.slice(1)], dtype: x.dtype };
  },
  lower: ([x, { rank }]) =>
    map((at, read) => {
      const row = clampIndex(read(1, at.slice(0, rank)), x.shape[0]);
      return read(0, [row, ...at.slice(rank)]);
    }),
  gradient(dy, _, [x, indices]) {
    const updates = reshape(dy, [indices.size, ...x.shape.slice(1)]);
    return [scatterAdd(x.shape[0], reshape(indices, [indices.size]), updates), undefined];
  },
});

/**
 * Slices of x along an axis, [...indices, ...rest] for axis 0: NumPy's take without negative
 * indices.
 *
 * @throws {RangeError} where indices of host data or of a constant are out of range. Indices that
 * a device computes, and arguments of a compiled function, are moved to the nearest end instead.
 */
export function take(x: Tensor, indices: Tensor, axis = 0): Tensor {
  requireTensors("take", [x, indices]);
  const along = normalizeAxis(axis, x.shape, "take");
  if (along === 0) return apply(takePrimitive, [x, indices], undefined);
  const axes = x.shape.map((_, i) => i);
  const front = transpose(x, [along, ...axes.toSpliced(along, 1)]);
  const taken = apply(takePrimitive, [front, indices], undefined);
  const order = taken.shape.map((_, i) => i), ofIndices = order.splice(0, indices.rank);
  return transpose(taken, order.toSpliced(along, 0, ...ofIndices));
}

/**
 * One element for every index, read from the line of x through the same position along an axis:
 * NumPy's take_along_axis without negative indices. The shapes of x and the indices agree except
 * along that axis.
 *
 * @throws {RangeError} where indices are out of range, as {@linkcode take} does.
 */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  requireTensors("takeAlongAxis", [x, indices]);
  const along = normalizeAxis(axis, x.shape, "takeAlongAxis");
  if (!sameShape(x.shape.toSpliced(along, 1), indices.shape.toSpliced(along, 1))) {
    throw shapeError`Cannot take ${indices.shape} from ${x.shape} along axis ${along}: the other axes differ`;
  }
  checkIndices("take", indices, x.shape[along]);
  let stride = 1;
  let flat = iota(indices.shape, 0);
  for (let i = x.rank - 1; i >= 0; i--) {
    const place = i === along ? max(0, min(indices, x.shape[i] - 1)) : iota(indices.shape, i);
    flat = i === x.rank - 1 ? place : add(flat, mul(place, stride));
    stride *= x.shape[i];
  }
  return take(reshape(x, [sizeOf(x.shape)]), flat);
}

const scatterPrimitive = /* @__PURE__ */ primitive<number>({
  name: "scatterAdd",
  type([indices, updates], rows) {
    requireDType("index by", indices, "int32");
    requireDType("scatterAdd", updates, ...NUMBERS);
    if (indices.rank !== 1 || updates.rank === 0 || updates.shape[0] !== indices.size) {
      throw shapeError`Cannot scatterAdd ${updates.shape} at ${indices.shape}: it takes one index for each row of updates`;
    }
    if (rows === 0 && indices.size > 0) {
      throw shapeError`Cannot scatterAdd ${updates.shape} into no rows`;
    }
    return { shape: [rows, ...updates.shape.slice(1)], dtype: updates.dtype };
  },
  lower: () => ({ kind: "scatter" }),
  gradient: (dy, _, [indices]) => [undefined, take(dy, indices)],
});

/**
 * [rows, ...rest], where row r is the sum of the updates [m, ...rest] whose index (of [m]) is r.
 * Deterministic.
 *
 * @throws {RangeError} where indices are out of range, as {@linkcode take} does.
 */
export function scatterAdd(rows: number, indices: Tensor, updates: Tensor): Tensor {
  checkShape([rows], "scatterAdd");
  requireTensors("scatterAdd", [indices, updates]);
  checkIndices("scatterAdd at", indices, rows);
  return apply(scatterPrimitive, [max(0, min(indices, rows - 1)), updates], rows);
}
