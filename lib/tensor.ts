/**
 * Tensors: immutable expressions. Building one computes nothing; reading one compiles and runs what
 * it depends on.
 *
 *     const a = tensor([1, 2, 3, 4]), b = tensor([10, 20, 30, 40]);
 *     const c = sum(mul(a, b));
 *     await c.read(); // Float32Array [ 300 ]
 *
 * The first two lines make a graph of four nodes. `a` and `b` are leaves, with data in a
 * {@link Storage}. `mul` has the inputs a and b, shape [4], and a lowering that says how an element
 * is computed: the product of the same elements of a and b. `sum` has the input `mul`, shape [],
 * and a lowering "reduce by addition over axis 0". Each also has the gradient rule of its op.
 *
 * `read()` does four things: it lists the nodes below c, each after its inputs
 * (`topologicalOrder`); it compiles them to kernels, here a single one that multiplies and adds
 * (`compile`, kept for the next graph of the same structure); it runs them on the device of a and
 * b, or on the default device as both are host data; and it replaces the expression of c by its
 * result. c is then a leaf, and reading it again computes nothing.
 *
 * Two more things are kept track of here. A tensor that depends on an argument of a function that
 * is being differentiated or compiled stays an expression (trace.ts), and graphs that nobody reads
 * are kept short (growth.ts).
 *
 * @module
 */
import type { Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/formula.ts";
import { type Lowering, topologicalOrder } from "../kernels/graph.ts";
import { evaluate } from "./evaluate.ts";
import { MANY_NODES, neededAgain } from "./growth.ts";
import { type Shape, shapeError, shapeText, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import type { Trace } from "./trace.ts";

export type { Data, Device, DType };

/** Numbers in nested arrays. */
export type NestedNumbers = number | NestedNumbers[];

/** The typed array of each dtype. */
export interface DataOf {
  /** Real numbers. */
  float32: Float32Array;
  /** Integers with a sign. */
  int32: Int32Array;
  /** Integers without a sign. */
  uint32: Uint32Array;
  /** 1 for true, 0 for false. */
  bool: Uint8Array;
}

/** An op applied to inputs; `apply` in ops/primitive.ts makes it. */
export interface Expression {
  readonly label: string;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly lowering: Lowering;
  /**
   * The gradients with respect to the inputs, given dy, that with respect to the output; undefined
   * where zero.
   */
  readonly backward?: (
    dy: Tensor,
    y: Tensor,
    inputs: readonly Tensor[],
  ) => readonly (Tensor | undefined)[];
  /** Set for an argument of a function that is being traced. */
  readonly trace?: Trace;
}

const NO_TRACES: readonly Trace[] = [];

/** The part of an expression that the compiler reads. */
type Formula = Pick<Expression, "label" | "inputs" | "lowering">;
/**
 * The formula of data. A computed tensor has it, too, so that no program depends on how its data
 * came to be.
 */
const LEAF: Formula = { label: "leaf", inputs: [], lowering: { kind: "leaf" } };
/** The number of expressions built so far. */
let built = 0;

/**
 * An n-dimensional array of one dtype, or the expression that computes it. Tensors never change.
 * They are made by `tensor` and by the ops.
 *
 * A read runs one program and keeps the elements of this tensor alone. A loop need not read every
 * tensor that it makes. A tensor that a second program needs is kept then: x in `x = sub(x, slope)`
 * is kept at the second read of a loss. And an expression of several thousand nodes is computed
 * unread.
 */
export class Tensor {
  /** The size of each axis. */
  readonly shape: Shape;
  /** The type of the elements. */
  readonly dtype: DType;
  /** @internal */
  readonly backward: Expression["backward"];
  #formula: Formula;
  #storage: Storage | undefined;
  /**
   * The nodes of the graph were counted when `built` was #counted, and there were #nodes. As
   * counting takes time, they are counted again only after MANY_NODES more expressions, and at
   * least #nodes / 2 more, were built.
   */
  #counted = Infinity;
  #nodes = 0;
  #traces: readonly Trace[];

  /**
   * For the library itself; use `tensor` and the ops.
   *
   * @internal
   */
  constructor(expression: Expression, storage?: Storage) {
    this.shape = expression.shape;
    this.dtype = expression.dtype;
    this.backward = expression.backward;
    this.#formula = expression;
    this.#storage = storage;
    this.#traces = expression.trace ? [expression.trace] : NO_TRACES;
    for (const input of expression.inputs) {
      this.#nodes = Math.max(this.#nodes, input.#nodes);
      this.#counted = Math.min(this.#counted, input.#counted);
      const more = input.#traces.filter((t) => t.isOpen && !this.#traces.includes(t));
      if (more.length > 0) this.#traces = [...this.#traces, ...more];
    }
    if (expression.inputs.length === 0) return;
    this.#counted = Math.min(this.#counted, built++);
    const more = built - this.#counted;
    if (more >= Math.max(MANY_NODES, this.#nodes / 2) && !this.isTraced) this.#computeIfLarge();
  }

  /**
   * A leaf that holds data.
   *
   * @internal
   */
  static leaf(storage: Storage, shape: Shape): Tensor {
    const { dtype } = storage;
    return new Tensor({ ...LEAF, shape, dtype }, storage);
  }

  /**
   * A leaf that stands for an argument of a function being compiled.
   *
   * @internal
   */
  static parameter(shape: Shape, dtype: DType, trace: Trace): Tensor {
    return new Tensor({ ...LEAF, shape, dtype, trace });
  }

  /**
   * Whether the tensor depends on an argument of a function that is being differentiated or
   * compiled.
   *
   * @internal
   */
  get isTraced(): boolean {
    return this.#traces.some((trace) => trace.isOpen);
  }
  /** @internal */
  get label(): string {
    return this.#formula.label;
  }
  /** @internal */
  get inputs(): readonly Tensor[] {
    return this.#formula.inputs;
  }
  /** @internal */
  get lowering(): Lowering {
    return this.#formula.lowering;
  }
  /** @internal */
  get storage(): Storage | undefined {
    return this.#storage;
  }
  /**
   * The device that holds the contents; undefined for data on the host, and for an expression that
   * was not computed yet.
   */
  get device(): Device | undefined {
    return this.#storage?.home;
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
   * The elements in row-major order, computed first if need be. Errors of a device are thrown here.
   *
   * @param dtype the dtype that the tensor must have, if the array is to have its type: reading
   * "float32" gives a Float32Array, also on the reference device
   * @returns Float32Array, Int32Array, Uint32Array, or Uint8Array for bool. Floats of the reference
   * device are a Float64Array.
   * @throws {TypeError} where the tensor has another dtype.
   */
  async read<D extends DType>(dtype: D): Promise<DataOf[D]>;
  /** The elements in row-major order, as the typed array of the dtype. */
  async read(): Promise<Data>;
  async read(dtype?: DType): Promise<Data> {
    if (dtype !== undefined && dtype !== this.dtype) {
      throw new TypeError(`Cannot read ${this} as ${dtype}: cast it first`);
    }
    const data = await this.#read();
    return dtype === "float32" ? Float32Array.from(data) : data;
  }

  async #read(): Promise<Data> {
    Tensor.compute([this]);
    const storage = this.#storage;
    if (storage !== undefined) return await storage.read();
    // The graph of a traced tensor must stay: compute the elements without replacing it.
    const [buffer] = evaluate(topologicalOrder([this as Tensor]), [this]);
    return await Storage.ofBuffer(buffer, this.size, this.dtype).read();
  }

  /**
   * The elements in nested arrays, computed first if need be; a number where there are no axes.
   * Truth values are 1 and 0.
   *
   * @example
   * ```ts
   * import { add, tensor } from "@echograd/echograd";
   * console.log(await add(tensor([[1, 2], [3, 4]]), 1).array()); // [ [ 2, 3 ], [ 4, 5 ] ]
   * ```
   */
  async array(): Promise<NestedNumbers> {
    const data = await this.read();
    let at = 0;
    const build = (axis: number): NestedNumbers =>
      axis === this.rank
        ? data[at++]
        : Array.from({ length: this.shape[axis] }, () => build(axis + 1));
    return build(0);
  }

  /**
   * The only element.
   *
   * @throws {ShapeError} where there is not exactly one.
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw shapeError`Cannot take the only item of ${this.shape}`;
    }
    return (await this.read())[0];
  }

  /** Frees the memory now; using the tensor afterwards is an error. `using` calls it, too. */
  dispose(): void {
    this.#storage?.release("it was disposed of");
  }
  /** What `using` calls: {@linkcode dispose}. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * {@linkcode toString} within a template string.
   *
   * @throws {TypeError} where the tensor is used as a number: `x * 2`, `x > 0`, `x + x`.
   */
  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      `Cannot use ${this} as a number: compute with mul, add, less and the other ops, or await its item()`,
    );
  }

  /** A short description, `Tensor float32 [2, 3]`. */
  toString(): string {
    return `Tensor ${this.dtype} ${shapeText(this.shape)}`;
  }

  /** Computes the tensor if its graph has at least MANY_NODES nodes. */
  #computeIfLarge(): void {
    const order = topologicalOrder([this as Tensor]);
    order.forEach((node, i) => {
      if (node.inputs.length === 0) return;
      node.#counted = built;
      node.#nodes = i + 1;
    });
    if (order.length >= MANY_NODES) Tensor.compute([this]);
  }

  /**
   * Computes tensors in one program, on the device of their data unless another is given, and
   * stores their contents. Tensors that depend on an argument of a function being traced stay
   * expressions.
   *
   * @internal
   */
  static compute(tensors: Iterable<Tensor>, device?: Device): void {
    const open = [...new Set(tensors)].filter((x) => x.#storage === undefined && !x.isTraced);
    if (open.length === 0) return;
    const order = topologicalOrder(open);
    const roots = [...open, ...neededAgain(order, new Set(open))];
    evaluate(order, roots, device).forEach((buffer, i) => {
      const x = roots[i];
      x.#storage = Storage.ofBuffer(buffer, x.size, x.dtype);
      x.#formula = LEAF;
      x.#nodes = 0;
      x.#counted = Infinity;
    });
  }
}

/** A tensor, or a number that takes the dtype of the tensors beside it. */
export type TensorLike = Tensor | number;
