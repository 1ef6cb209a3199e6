/**
 * Tensors: immutable expressions. Building one computes nothing; reading one compiles and runs what it depends on.
 *
 * @module
 */
import type { Data, Device } from "../kernels/device.ts";
import type { DType } from "../kernels/formula.ts";
import { type Lowering, topologicalOrder } from "../kernels/graph.ts";
import { evaluate } from "./evaluate.ts";
import { MANY_NODES, neededAgain } from "./growth.ts";
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
  static #number = 0;
  #isOpen = true;

  private constructor() {
    Trace.#number++;
  }

  /** Whether any function is being traced. */
  static get isAnyOpen(): boolean {
    return Trace.#number > 0;
  }

  /** Whether its function is still being traced. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Calls f with a trace that is open until f returns, or throws. */
  static during<T>(f: (trace: Trace) => T): T {
    const trace = new Trace();
    try {
      return f(trace);
    } finally {
      trace.#isOpen = false;
      Trace.#number--;
    }
  }
}
const NO_TRACES: readonly Trace[] = [];

/** What the compiler sees of a tensor: how it is computed, of what. */
type Formula = Pick<Expression, "label" | "inputs" | "lowering">;
/** That of contents at hand. A tensor that was computed has it, too: nothing may tell how it came to be. */
const LEAF: Formula = { label: "leaf", inputs: [], lowering: { kind: "leaf" } };
/** The number of expressions built so far. */
let built = 0;

/** Needs the private parts of tensors, and so is made within the class. */
let computeTogether: (tensors: readonly Tensor[], device?: Device) => void;

/**
 * An n-dimensional array of one dtype, or the expression that computes it. Tensors never change. They are made by
 * `tensor` and by the ops.
 *
 * A read computes what the tensor depends on, in one program, and keeps the tensor's own elements. A loop need not read
 * all that it makes: what a later read needs a second time is kept by then (for x in `x = sub(x, slope)`, that is the next
 * read of a loss), and an expression of many thousand others is computed unread.
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
   * The number of expressions that were built when the nodes of its graph were counted, and how many there were. They are
   * counted again when very many more are built, and half as many as there were, as counting takes time, too.
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
      if (more.length > 0) {
        this.#traces = this.#traces.length === 0 && more.length === input.#traces.length
          ? input.#traces
          : [...this.#traces, ...more];
      }
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
   * A leaf that stands for an argument of a function that is being compiled.
   *
   * @internal
   */
  static parameter(shape: Shape, dtype: DType, trace: Trace): Tensor {
    return new Tensor({ ...LEAF, shape, dtype, trace });
  }

  /**
   * Whether it depends on an argument of a function that is being differentiated or compiled.
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
    const [buffer] = evaluate(topologicalOrder([this as Tensor]), [this]);
    return await Storage.ofBuffer(buffer, this.size, this.dtype).read();
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

  /**
   * What a template string shows, {@linkcode toString}.
   *
   * @throws {TypeError} where it is used as a number: `x * 2`, `x > 0`, `x + x`.
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

  /** Computes it where its graph has very many nodes. */
  #computeIfLarge(): void {
    const order = topologicalOrder([this as Tensor]);
    order.forEach((node, i) => {
      if (node.inputs.length === 0) return;
      node.#counted = built;
      node.#nodes = i + 1;
    });
    if (order.length >= MANY_NODES) this.#compute();
  }

  /** Computes the elements and forgets the expression. */
  #compute(): void {
    computeTogether([this]);
  }

  static {
    computeTogether = (tensors, device) => {
      if (tensors.length === 0) return;
      const order = topologicalOrder(tensors);
      const roots = [...tensors, ...neededAgain(order, new Set(tensors))];
      evaluate(order, roots, device).forEach((buffer, i) => {
        const x = roots[i];
        x.#storage = Storage.ofBuffer(buffer, x.size, x.dtype);
        x.#formula = LEAF;
        x.#nodes = 0;
        x.#counted = Infinity;
      });
    };
  }
}

/**
 * Computes some tensors together, on the device of their data unless one is given, and has them keep their contents. What
 * depends on an argument of a function that is being traced stays an expression.
 */
export function compute(tensors: Iterable<Tensor>, device?: Device): void {
  const open = [...new Set(tensors)].filter((x) => x.storage === undefined && !x.isTraced);
  computeTogether(open, device);
}

/** A tensor, or a number that takes the dtype of what it meets. */
export type TensorLike = Tensor | number;
