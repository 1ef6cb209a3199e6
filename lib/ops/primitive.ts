/**
 * An op is one record: a shape rule, a way to compute it, and a gradient rule.
 *
 * @module
 */
import type { Lowering, ReadElement } from "../../kernels/graph.ts";
import type { DType, Expr, Index } from "../../kernels/formula.ts";
import { describe } from "../checks.ts";
import type { Shape } from "../shape.ts";
import { Tensor, type TensorLike } from "../tensor.ts";
import type { Trace } from "../trace.ts";

/** The shape and dtype of a tensor, which decide what an op makes of it. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * A primitive op. `Attributes` are its arguments besides tensors, such as axes; they are part of
 * the label of its expressions.
 */
export interface Primitive<Attributes = undefined> {
  readonly name: string;
  /**
   * The shape and dtype of the output. Throws ShapeError or TypeError where the inputs do not fit.
   */
  type(inputs: readonly Tensor[], attributes: Attributes): TensorType;
  /** How the output is computed. */
  lower(inputs: readonly Tensor[], attributes: Attributes): Lowering;
  /**
   * The gradients with respect to the inputs, given dy, that with respect to the output y;
   * undefined where an input has none. Written with the public ops, so gradients have gradients.
   */
  gradient?(
    dy: Tensor,
    y: Tensor,
    inputs: readonly Tensor[],
    attributes: Attributes,
  ): readonly (Tensor | undefined)[];
}

/** The dtypes of floats. */
export const FLOATS: readonly DType[] = ["float32"];
/** The dtypes that can be added. */
export const NUMBERS: readonly DType[] = ["float32", "int32", "uint32"];

/** Each element is a formula of elements of the inputs. */
export const map = (element: (at: readonly Index[], read: ReadElement) => Expr): Lowering => ({
  kind: "map",
  element,
});

/** Each element is that of the first input at another index. */
export const view = (index: (at: readonly Index[]) => readonly Index[]): Lowering => ({
  kind: "map",
  element: (at, read) => read(0, index(at)),
  isView: true,
});

/** The names of all primitives. Every other op of the library is a composition of these. */
export const primitiveNames: Set<string> = new Set();

/**
 * Enters a primitive in the list of names. Calls are marked pure, so that a bundler leaves out those
 * that nobody uses.
 */
export function primitive<Attributes = undefined>(
  record: Primitive<Attributes>,
): Primitive<Attributes> {
  primitiveNames.add(record.name);
  return record;
}

/** The expression of a primitive. */
export function apply<A>(
  { name, type, lower, gradient }: Primitive<A>,
  inputs: readonly Tensor[],
  attributes: A,
  trace?: Trace,
): Tensor {
  const { shape, dtype } = type(inputs, attributes);
  return new Tensor({
    label: attributes === undefined ? name : `${name} ${JSON.stringify(attributes)}`,
    inputs,
    shape,
    dtype,
    lowering: lower(inputs, attributes),
    trace,
    backward: gradient && ((dy, y, inputs) => gradient(dy, y, inputs, attributes)),
  });
}

/** Throws TypeError unless all inputs are tensors, or tensors and numbers. */
export function requireTensors(op: string, inputs: readonly unknown[], numbers = false): void {
  for (const x of inputs) {
    if (x instanceof Tensor || numbers && typeof x === "number") continue;
    const text = describe(x), takes = numbers ? "tensors and numbers" : "tensors";
    const isData = Array.isArray(x) || ArrayBuffer.isView(x) || /^(number|bool)/.test(typeof x);
    const data = /^an? /.test(text) ? "…" : text;
    const remedy = isData ? `; make a tensor of it with tensor(${data})` : "";
    throw new TypeError(`Cannot ${op} ${text}: it takes ${takes}${remedy}`);
  }
}

/** Throws TypeError unless the input is a tensor whose dtype is one of those allowed. */
export function requireDType(op: string, input: Tensor, ...allowed: readonly DType[]): void {
  requireTensors(op, [input]);
  if (!allowed.includes(input.dtype)) {
    throw new TypeError(
      `Cannot ${op} a tensor of ${input.dtype}: ${op} takes ${allowed.join(", ")}; ` +
        `cast(x, "${allowed[0]}") converts it`,
    );
  }
}

/**
 * An op that is made of others. It checks that its arguments are numbers, or tensors of the dtypes
 * allowed, so that a message names it; further arguments are dropped, as of every op. Its calls are
 * marked as pure, so that a bundler leaves out the ops that nobody uses.
 */
export const composed = <A extends readonly TensorLike[]>(
  op: string,
  allowed: readonly DType[],
  f: (...args: A) => Tensor,
): (...args: A) => Tensor =>
(...args) => {
  const own = Array.from({ length: f.length }, (_, i) => args[i]) as readonly TensorLike[] as A;
  requireTensors(op, own, true);
  for (const x of own) if (typeof x !== "number") requireDType(op, x, ...allowed);
  return f(...own);
};

/** Throws TypeError unless the dtypes are the same. */
export function requireSameDType(op: string, inputs: readonly Tensor[]): void {
  const odd = inputs.find((input) => input.dtype !== inputs[0].dtype);
  if (odd !== undefined) {
    throw new TypeError(
      `Cannot ${op} ${inputs[0].dtype} and ${odd.dtype}: cast one of them, dtypes are never mixed`,
    );
  }
}
