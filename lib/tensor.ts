/**
 * Tensors: immutable expressions. Building one computes nothing; reading one compiles and runs what it depends on.
 *
 * @module
 */
import type { Data, Device } from "../kernels/device.ts";
import type { Lowering } from "../kernels/graph.ts";
import type { DType } from "../kernels/scalar.ts";
import { evaluate } from "./evaluate.ts";
import { type Shape, ShapeError, shapeText, sizeOf } from "./shape.ts";
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
}
const NO_TRACES: readonly Trace[] = [];

const LEAF: Lowering = { kind: "leaf" };
/**
 * Expressions that nobody reads are computed when they get this deep, so that a loop does not grow a graph for ever. What is
 * built on deeper ones (they were traced before) is computed each time that the depth has doubled.
 */
const FLUSH_DEPTH = 4096;

/** Needs the private parts of tensors, and so is made within the class. */
let computeTogether: (tensors: readonly Tensor[], device?: Device) => void;

/**
 * An n-dimensional array of one dtype, or the expression that computes it. Tensors never change. They are made by
 * `tensor` and by the ops.
 */
export class Tensor {
  /** @internal */
  readonly label: string;
  /** The size of each axis. */
  readonly shape: Shape;
  /** The type of the elements. */
  readonly dtype: DType;
  /** @internal */
  readonly backward: Expression["backward"];
  #inputs: readonly Tensor[];
  #lowering: Lowering;
  #storage: Storage | undefined;
  #depth = 0;
  #traces: readonly Trace[];

  /**
   * For the library itself; use `tensor` and the ops.
   *
   * @internal
   */
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
    if (this.#isTooDeep() && !this.isTraced) this.#compute();
  }

  /**
   * A leaf that holds data.
   *
   * @internal
   */
  static leaf(storage: Storage, shape: Shape): Tensor {
    const { dtype } = storage;
    return new Tensor({ label: "leaf", inputs: [], shape, dtype, lowering: LEAF }, storage);
  }

  /**
   * A leaf that stands for an argument of a function that is being compiled.
   *
   * @internal
   */
  static parameter(shape: Shape, dtype: DType, trace: Trace): Tensor {
    return new Tensor({ label: "leaf", inputs: [], shape, dtype, lowering: LEAF, trace });
  }

  /**
   * Whether it depends on an argument of a function that is being differentiated or compiled.
   *
   * @internal
   */
  get isTraced(): boolean {
    return this.#traces.some((trace) => trace.open);
  }
  /** @internal */
  get inputs(): readonly Tensor[] {
    return this.#inputs;
  }
  /** @internal */
  get lowering(): Lowering {
    return this.#lowering;
  }
  /** @internal */
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
   * @returns Float32Array, Int32Array, Uint32Array, or Uint8Array for bool. Floats that the reference
   * device holds are a Float64Array, with all of their digits.
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

  /**
   * Gives the contents away, to a tensor that takes over its memory.
   *
   * @internal
   */
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
  /** What `using` calls: {@linkcode dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A short description, `Tensor float32 [2, 3]`. */
  toString(): string {
    return `Tensor ${this.dtype} ${shapeText(this.shape)}`;
  }

  /** Whether the depth has just passed 4096, 8192, 16384, … */
  #isTooDeep(): boolean {
    const level = (depth: number) => Math.floor(Math.log2(depth / FLUSH_DEPTH));
    return this.#depth >= FLUSH_DEPTH && level(this.#depth) !== level(this.#depth - 1);
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
