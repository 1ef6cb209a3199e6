/**
 * Tensors: immutable expressions. Building one computes nothing; reading one compiles and runs what it depends on.
 *
 * @module
 */
import type { Data, Device } from "../kernels/device.ts";
import type { Lowering } from "../kernels/graph.ts";
import { constant, type DType } from "../kernels/scalar.ts";
import { evaluate, type Value } from "./evaluate.ts";
import { checkShape, type Shape, ShapeError, shapeText, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";

export type { Data, Device, DType };

/** An op applied to inputs: what `apply` in ops/primitive.ts makes of a primitive. */
export interface Expression {
  readonly label: string;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly lowering: Lowering;
  /** The gradients with respect to the inputs, of the one with respect to the output; undefined where it is zero. */
  readonly backward?: (
    dy: Tensor,
    y: Tensor,
    inputs: readonly Tensor[],
  ) => readonly (Tensor | undefined)[];
  /** For the arguments of a function that is being traced. */
  readonly trace?: Trace;
}

/**
 * Marks what depends on the arguments of a function while that function is differentiated or compiled: its graph must not
 * be computed and forgotten, as it will be walked.
 */
export class Trace {
  open = true;
  /** @param symbolic whether the arguments have no contents, as in `jit` */
  constructor(readonly symbolic: boolean) {}
}
const NO_TRACES: readonly Trace[] = [];

const LEAF: Lowering = { kind: "leaf" };
/** Expressions that nobody reads are computed when they get this deep, so that a loop does not grow a graph for ever. */
const FLUSH_DEPTH = 4096;

/** Needs the private parts of tensors, and so is made within the class. */
let computeTogether: (tensors: readonly Tensor[], device?: Device) => void;

/**
 * An n-dimensional array of one dtype, or the expression that computes it. Tensors never change. They are made by
 * {@linkcode tensor} and by the ops.
 */
export class Tensor implements Value {
  readonly label: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly backward: Expression["backward"];
  #inputs: readonly Tensor[];
  #lowering: Lowering;
  #storage: Storage | undefined;
  #depth = 0;
  #traces: readonly Trace[];

  /** For the library itself; use {@linkcode tensor} and the ops. */
  constructor(expression: Expression, storage?: Storage) {
    this.label = expression.label;
    this.shape = expression.shape;
    this.dtype = expression.dtype;
    this.backward = expression.backward;
    this.#inputs = expression.inputs;
    this.#lowering = expression.lowering;
    this.#storage = storage;
    this.#traces = expression.trace ? [expression.trace] : NO_TRACES;
    for (const input of this.#inputs) {
      this.#depth = Math.max(this.#depth, input.#depth + 1);
      const more = input.#traces.filter((t) => t.open && !this.#traces.includes(t));
      if (more.length > 0) {
        this.#traces = this.#traces.length === 0 && more.length === input.#traces.length
          ? input.#traces
          : [...this.#traces, ...more];
      }
    }
    if (this.#depth > FLUSH_DEPTH && !this.isTraced) this.#compute();
  }

  /** A leaf that holds data. */
  static leaf(storage: Storage, shape: Shape): Tensor {
    const { dtype } = storage;
    return new Tensor({ label: "leaf", inputs: [], shape, dtype, lowering: LEAF }, storage);
  }

  /** A leaf that stands for an argument of a function that is being compiled. */
  static parameter(shape: Shape, dtype: DType, trace: Trace): Tensor {
    return new Tensor({ label: "leaf", inputs: [], shape, dtype, lowering: LEAF, trace });
  }

  /** Whether it depends on an argument of a function that is being differentiated or compiled. */
  get isTraced(): boolean {
    return this.#traces.some((trace) => trace.open);
  }
  /** Whether it depends on an argument of a function that is being compiled, and so cannot be computed. */
  get isSymbolic(): boolean {
    return this.#traces.some((trace) => trace.open && trace.symbolic);
  }

  get inputs(): readonly Tensor[] {
    return this.#inputs;
  }
  get lowering(): Lowering {
    return this.#lowering;
  }
  get storage(): Storage | undefined {
    return this.#storage;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /**
   * The elements in row-major order. Computes them first where that has not been done; this is where errors of a device
   * surface.
   *
   * @returns Float32Array (Float64Array on the reference device), Int32Array, Uint32Array, or Uint8Array for bool.
   */
  async read(): Promise<Data> {
    if (this.#storage === undefined && !this.isTraced) this.#compute();
    const storage = this.#storage;
    if (storage !== undefined) return await storage.read();
    // Within a function that is being differentiated the graph must stay: compute on the side.
    const [buffer] = evaluate([this]);
    const data = await buffer.device.read(buffer, this.size, this.dtype);
    buffer.free();
    return data;
  }

  /**
   * The only element.
   *
   * @throws {ShapeError} where there is not exactly one.
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(`Cannot take the only item of ${shapeText(this.shape)}`);
    }
    return (await this.read())[0];
  }

  /** For the library itself: gives the contents away, to a tensor that takes over its memory. */
  surrender(now: Storage): Storage {
    const storage = this.#storage;
    if (storage === undefined) throw new Error("Cannot take the contents of what was not computed");
    this.#storage = now;
    return storage;
  }

  /** Frees the memory now; using the tensor afterwards is an error. Done by `using`, too. */
  dispose(): void {
    this.#storage?.release("it was disposed of");
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A short description, `Tensor float32 [2, 3]`. */
  toString(): string {
    return `Tensor ${this.dtype} ${shapeText(this.shape)}`;
  }

  /** Computes the elements and forgets the expression. */
  #compute(): void {
    computeTogether([this]);
  }

  static {
    computeTogether = (tensors, device) => {
      if (tensors.length === 0) return;
      evaluate(tensors, device).forEach((buffer, i) => {
        const x = tensors[i];
        x.#storage = Storage.ofBuffer(buffer, x.size, x.dtype);
        x.#lowering = LEAF;
        x.#inputs = [];
        x.#depth = 0;
      });
    };
  }
}

/** Computes some tensors together, on the device of their data unless one is given, and has them keep their contents. */
export function compute(tensors: Iterable<Tensor>, device?: Device): void {
  computeTogether([...new Set(tensors)].filter((x) => x.storage === undefined), device);
}

/** A tensor, or a number that takes the dtype of what it meets. */
export type TensorLike = Tensor | number;

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
