/**
 * Shapes: lists of non-negative integers, one for each axis, and the rules that combine them.
 *
 * @module
 */
import { checkArray, describe } from "./checks.ts";

export { sizeOf } from "../kernels/graph.ts";

/** The size of each axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** Shapes that do not fit together. */
export class ShapeError extends Error {
  /** "ShapeError". */
  override readonly name = "ShapeError";
}

/** A shape as text, `[32, 784]`. */
export const shapeText = (shape: Shape): string => `[${shape.join(", ")}]`;

/**
 * A ShapeError by a template: `` throw shapeError`Cannot add ${a.shape} and ${b.shape}` ``.
 *
 * @internal
 */
export const shapeError = (
  texts: TemplateStringsArray,
  ...values: readonly (Shape | string | number)[]
): ShapeError =>
  new ShapeError(
    String.raw({ raw: texts }, ...values.map((v) => typeof v === "object" ? shapeText(v) : v)),
  );

/** Whether two shapes are equal. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/**
 * Throws TypeError unless the shape is an array, and RangeError unless its sizes are integers from
 * 0.
 */
export function checkShape(shape: Shape, op: string): void {
  checkArray(shape, `${op} to shape`);
  for (const d of shape) { // `every` would not see the holes of new Array(3)
    if (Number.isInteger(d) && d >= 0) continue;
    const text = shapeText(shape);
    throw new RangeError(`Cannot ${op} to shape ${text}: sizes are non-negative integers`);
  }
}

/**
 * The shape that all shapes broadcast to, by NumPy's rule: aligned at the last axis, sizes must
 * be equal or 1.
 *
 * @throws {ShapeError} where two sizes differ and neither is 1.
 */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const d = shape[axis - rank + shape.length] ?? 1;
      if (size !== 1 && d !== 1 && d !== size) {
        const all = shapes.map(shapeText).join(" and ");
        throw new ShapeError(`Cannot ${op} ${all}: ${size} against ${d} along axis ${axis - rank}`);
      }
      if (d !== 1) size = d;
    }
    return size;
  });
}

/**
 * An axis counted from the front; negative ones count from the back.
 *
 * @throws {RangeError} where the shape has no such axis.
 */
export function normalizeAxis(axis: number, shape: Shape, op: string): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new (typeof axis === "number" ? RangeError : TypeError)(
      `Cannot ${op} along axis ${describe(axis)} of ${shapeText(shape)}: ` +
        (rank === 0 ? "a scalar has no axes" : `axes go from ${-rank} to ${rank - 1}`),
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes counted from the front, in ascending order; undefined means all axes. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  shape: Shape,
  op: string,
): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const list = [axes].flat().map((a) => normalizeAxis(a, shape, op));
  if (new Set(list).size !== list.length) {
    throw new RangeError(`Cannot ${op} along axes ${shapeText(list)}: an axis is named twice`);
  }
  return list.sort((a, b) => a - b);
}
