/**
 * Making tensors of data and of constants.
 *
 * @module
 */
import type { Data } from "../kernels/device.ts";
import type { DType } from "../kernels/formula.ts";
import { constant } from "../kernels/scalar.ts";
import { checkDType, checkOptions, checkValue, counted, describe } from "./checks.ts";
import { checkShape, type Shape, shapeError, shapeText, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";

/** Numbers nested in arrays. */
export type Nested = number | boolean | readonly Nested[];
/** Typed arrays of short numbers, which become float32. */
export type ShortData = Uint8ClampedArray | Int8Array | Int16Array | Uint16Array | Float16Array;

/** Settings of {@linkcode tensor}. */
export interface TensorOptions {
  /** The shape; unless given, that of the nesting, or one axis for a typed array. */
  readonly shape?: Shape;
  /**
   * The dtype; unless given, that of an Int32Array or Uint32Array, bool for booleans, and
   * float32 for everything else, including bytes.
   */
  readonly dtype?: DType;
}

/**
 * A tensor of the data, which is copied.
 *
 * @example
 * ```ts
 * import { tensor } from "@echograd/echograd";
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * console.log(x.shape); // [2, 3]
 * ```
 * @throws {ShapeError} where the nesting is ragged, or the data does not fill the shape;
 * {RangeError} where a number is a fraction or out of range for an integer dtype.
 */
export function tensor(data: Nested | Data | ShortData, options: TensorOptions = {}): Tensor {
  checkOptions("make a tensor", options, "shape", "dtype");
  if (options.dtype !== undefined) checkDType(options.dtype);
  if (isNumbers(data)) {
    const dtype = options.dtype ?? dtypeOf(data);
    return leaf(toData(data, dtype), options.shape ?? [data.length], dtype);
  }
  const flat: (number | boolean)[] = [];
  const nesting = collect(data, flat);
  const dtype = options.dtype ??
    (flat.length > 0 && flat.every((x) => typeof x === "boolean") ? "bool" : "float32");
  return leaf(toData(flat.map(Number), dtype), options.shape ?? nesting, dtype);
}

/**
 * A tensor with one value everywhere. It takes no memory.
 *
 * @throws {RangeError} where the dtype does not hold the value.
 */
export function full(shape: Shape, value: number, dtype: DType = "float32"): Tensor {
  checkShape(shape, "fill");
  checkDType(dtype);
  checkValue(value, dtype);
  const element = constant(value, dtype);
  return new Tensor({
    label: `full ${Object.is(value, -0) ? "-0" : value}`,
    inputs: [],
    shape,
    dtype,
    lowering: { kind: "map", element: () => element },
  });
}

/** Zeros. */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => full(shape, 0, dtype);

/** Ones. */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => full(shape, 1, dtype);

function leaf(data: Data, shape: Shape, dtype: DType): Tensor {
  checkShape(shape, "make a tensor");
  if (sizeOf(shape) !== data.length) {
    const sizes = `it has ${counted(sizeOf(shape), "element")}, the data ${data.length}`;
    throw shapeError`Cannot make a tensor of shape ${shape}: ${sizes}`;
  }
  return Tensor.leaf(Storage.ofHost(data, dtype), shape);
}

/** Appends the numbers to `flat` and returns the shape of the nesting. */
function collect(data: Nested, flat: (number | boolean)[]): number[] {
  if (typeof data === "number" || typeof data === "boolean") {
    flat.push(data);
    return [];
  }
  if (!Array.isArray(data)) {
    const rule = "it takes numbers, booleans, and arrays of them, nested or typed";
    throw new TypeError(`Cannot make a tensor of ${describe(data)}: ${rule}`);
  }
  const shapes = data.map((part: Nested) => collect(part, flat));
  const [first = []] = shapes;
  const odd = shapes.find((shape) => shapeText(shape) !== shapeText(first));
  if (odd !== undefined) {
    throw shapeError`Cannot make a tensor of ragged data: ${first} beside ${odd}`;
  }
  return [data.length, ...first];
}

/** Whether data is a typed array of numbers: not a DataView, and not of big integers. */
const isNumbers = (data: unknown): data is Data | ShortData =>
  ArrayBuffer.isView(data) && "length" in data && !/^Big/.test(data.constructor.name);

function dtypeOf(data: Data | ShortData): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint32Array ? "uint32" : "float32";
}

/**
 * The numbers as an array of the dtype. Numbers that float32 would round stay float64, for the
 * reference device.
 */
function toData(values: Data | ShortData | readonly number[], dtype: DType): Data {
  if (dtype === "float32") {
    const isExact = "buffer" in values &&
      (values instanceof Float32Array || values.BYTES_PER_ELEMENT < 4);
    return isExact ? new Float32Array(values) : Float64Array.from(values);
  }
  const Kind = { int32: Int32Array, uint32: Uint32Array, bool: Uint8Array }[dtype];
  if (dtype === "bool" || !(values instanceof Kind)) {
    for (const value of values) checkValue(value, dtype);
  }
  return new Kind(values);
}
