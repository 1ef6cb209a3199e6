/**
 * Making tensors of data and of constants.
 *
 * @module
 */
import type { Data } from "../kernels/device.ts";
import { constant, type DType } from "../kernels/scalar.ts";
import { checkShape, type Shape, ShapeError, shapeText, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** Numbers nested in arrays. */
export type Nested = number | boolean | readonly Nested[];

/** Settings of {@linkcode tensor}. */
export interface TensorOptions {
  /** The shape; that of the nesting, or one axis for a typed array, unless given. */
  readonly shape?: Shape;
  /** The dtype; that of a typed array, bool for booleans, else float32, unless given. */
  readonly dtype?: DType;
}

/**
 * A tensor of given data, which is copied.
 *
 * @example
 * ```ts
 * import { tensor } from "@echograd/echograd";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(x.shape); // [2, 3]
 * ```
 * @throws {ShapeError} where the nesting is ragged, or the data does not fill the shape.
 */
export function tensor(data: Nested | Data, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(data)) {
    const dtype = options.dtype ?? dtypeOf(data);
    return leaf(toData(data, dtype), options.shape ?? [data.length], dtype);
  }
  const flat: (number | boolean)[] = [];
  const nesting = collect(data, flat);
  const dtype = options.dtype ??
    (flat.length > 0 && flat.every((x) => typeof x === "boolean") ? "bool" : "float32");
  return leaf(toData(flat.map(Number), dtype), options.shape ?? nesting, dtype);
}

/** The same value everywhere. Takes no memory. */
export function full(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
  checkShape(shape, "fill");
  if (dtype !== "float32" && !Number.isInteger(value)) {
    throw new RangeError(`Cannot use ${value} as ${dtype}: it is not an integer`);
  }
  const element = constant(value, dtype);
  return new Tensor({
    label: `full ${Object.is(value, -0) ? "-0" : value}`,
    inputs: [],
    shape,
    dtype,
    lowering: { kind: "map", at: () => element },
  });
}

/** Zeros. */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => full(shape, 0, dtype);

/** Ones. */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => full(shape, 1, dtype);

function leaf(data: Data, shape: Shape, dtype: DType): Tensor {
  checkShape(shape, "make a tensor");
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `Cannot make a tensor of shape ${shapeText(shape)}: it has ${
        sizeOf(shape)
      } elements, the data ${data.length}`,
    );
  }
  return Tensor.leaf(Storage.ofHost(data, dtype), shape);
}

/** Pushes the numbers to `flat` and returns the shape of the nesting. */
function collect(data: Nested, flat: (number | boolean)[]): number[] {
  if (typeof data === "number" || typeof data === "boolean") {
    flat.push(data);
    return [];
  }
  if (!Array.isArray(data)) {
    throw new TypeError(
      `Cannot make a tensor of ${data}: it takes numbers, booleans and nested arrays of them`,
    );
  }
  const shapes = data.map((part: Nested) => collect(part, flat));
  const [first = []] = shapes;
  const odd = shapes.find((shape) => shapeText(shape) !== shapeText(first));
  if (odd !== undefined) {
    throw new ShapeError(
      `Cannot make a tensor of ragged data: ${shapeText(first)} beside ${shapeText(odd)}`,
    );
  }
  return [data.length, ...first];
}

function dtypeOf(data: Data): DType {
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Uint8Array) return "bool";
  return "float32";
}

/** Float data stays in float64 when it comes so, for the sake of the reference device. */
function toData(values: ArrayLike<number>, dtype: DType): Data {
  switch (dtype) {
    case "float32":
      return values instanceof Float32Array ? values.slice() : Float64Array.from(values);
    case "int32":
      return Int32Array.from(values);
    case "uint32":
      return Uint32Array.from(values);
    case "bool":
      return Uint8Array.from(values, (x) => x ? 1 : 0);
  }
}
