/**
 * Indices to code: computes where a kernel reads, with each part of a sum as far out in the loops
 * as possible.
 *
 * Along one axis, the *lane axis*, four lanes stand for the positions p … p+3; along all other axes
 * the lanes agree. The *level* of a value is the depth of the innermost loop that it depends on.
 * Its code goes to the start of that loop's body, so that loops further in do not repeat it.
 *
 * Where fewer than four positions are left (the *tail*), the lanes past the end repeat the last
 * position, so that they read only what may be read.
 *
 * @module
 */
import type { Atom, Expr, Index } from "../../formula.ts";
import { axisIndex } from "../../indexing.ts";
import { remember } from "../../remember.ts";
import { Code, type FunctionBuilder, type ValueType } from "../wasm/assembler.ts";
import type { Opcode } from "../wasm/opcodes.ts";
import type { Loop } from "./loops.ts";
import { Placing } from "./placing.ts";

/** A buffer that the kernel reads: the local with its address, and its number of elements. */
export interface Source {
  readonly address: number;
  readonly size: number;
}

/** The locals of what was computed. */
type Memo = Record<"scalars" | "vectors", Map<Expr | Index | Atom, number>>;

const emptyMemo = (): Memo => ({ scalars: new Map(), vectors: new Map() });

/** Writes the code of indices; what they take from formulas is left to {@link ./formula.ts}. */
export abstract class Indices {
  /**
   * The code that begins the body of each loop; level 0 is outside of all loops, the last comes
   * after them.
   */
  readonly levels: Code[];
  readonly placing: Placing;
  /**
   * The locals with the loop variables, by level. The one of level 0 is never set: it is the
   * position in an outer axis that was merged into an inner one.
   */
  readonly variables: readonly number[];
  readonly #outer: Memo = emptyMemo();
  #shared: Memo = emptyMemo();
  #own: Memo = emptyMemo();
  #position = -1;
  /** The number of lanes of the tail; 0 outside of it. */
  protected rest: number = 0;

  /** @param laneLevel the level of the loop that goes through the lane axis */
  constructor(
    readonly fn: FunctionBuilder,
    loops: readonly Loop[],
    laneLevel: number,
    readonly sources: readonly Source[],
  ) {
    this.placing = new Placing(loops, laneLevel);
    this.variables = Array.from({ length: loops.length + 1 }, () => fn.local("i32"));
    this.levels = Array.from({ length: this.placing.depth + 1 }, () => new Code());
  }

  /**
   * Starts a version of the lane loop, for a tail of `rest` lanes where that is not 0, and forgets
   * the code of the version before.
   */
  version(rest: number): void {
    for (let i = this.placing.laneLevel; i < this.levels.length; i++) this.levels[i] = new Code();
    this.#shared = emptyMemo();
    this.rest = rest;
  }

  /** Takes the code that comes after all loops. */
  takeLast(): Code {
    const { depth } = this.placing;
    const code = this.levels[depth];
    this.levels[depth] = new Code();
    return code;
  }

  /** Starts the formulas of four more lanes, the first of which is at the position in a local. */
  lanes(position: number): void {
    this.#own = emptyMemo();
    this.#position = position;
  }

  /** The local with the value of an expression, in four lanes. */
  abstract value(expr: Expr): number;

  /** The address of an element: base + 4 · index, for the first lane. */
  address(base: number, index: Index): number {
    return this.sum(base, index, 4);
  }

  /** Calls `make` unless it was called for the same thing before, where its local still holds. */
  protected once(table: keyof Memo, key: Expr | Index | Atom, make: () => number): number {
    const { level, lanes } = this.placing.of(key);
    const memo = lanes ? this.#own : level < this.placing.laneLevel ? this.#outer : this.#shared;
    return remember(memo[table], key, make);
  }

  /** Appends code that leaves a value at a level, and returns the local that holds the value. */
  protected emit(level: number, write: (code: Code) => void, type: ValueType = "v128"): number {
    const local = this.fn.local(type);
    write(this.levels[level]);
    this.levels[level].set(local);
    return local;
  }

  /** An instruction on some locals. */
  protected apply(level: number, instruction: Opcode, ...args: readonly number[]): number {
    return this.emit(level, (code) => args.reduce((c, arg) => c.get(arg), code).op(instruction));
  }

  /** Four integers, each of which `change` takes from the stack and puts back. */
  protected oneByOne(
    level: number,
    vector: number,
    change: (code: Code, lane: number) => void,
  ): number {
    return this.emit(level, (code) => {
      code.get(vector);
      for (let lane = 0; lane < 4; lane++) {
        change(code.get(vector).op("i32x4.extract_lane", lane), lane);
        code.op("i32x4.replace_lane", lane);
      }
    });
  }

  /** Four constants; one number stands for four. */
  protected constant(...lanes: number[]): number {
    return this.emit(0, (code) => code.v128(...lanes));
  }

  /** The numbers of the lanes, those past the end replaced by the last before it. */
  protected clamped(): number[] {
    const last = this.rest === 0 ? 3 : this.rest - 1;
    return [0, 1, 2, 3].map((lane) => Math.min(lane, last));
  }

  /** base + unit · index, for the first lane: each summand is added at its own level. */
  protected sum(base: number | undefined, index: Index, unit: number): number {
    const steps = index.terms.map(({ atom, scale }) => ({
      level: this.placing.of(atom).level,
      write: (code: Code) => {
        code.get(this.#scalar(atom));
        if (scale * unit !== 1) code.i32(scale * unit).op("i32.mul");
      },
    })).sort((a, b) => a.level - b.level);
    if (index.constant !== 0 || base === undefined) {
      steps.unshift({ level: 0, write: (code) => code.i32(index.constant * unit) });
    }
    let sum = base;
    for (let i = 0; i < steps.length;) {
      const { level } = steps[i];
      sum = this.emit(level, (code) => {
        let terms = 0;
        if (sum !== undefined) {
          code.get(sum);
          terms++;
        }
        for (; i < steps.length && steps[i].level === level; i++) {
          steps[i].write(code);
          if (terms++ > 0) code.op("i32.add");
        }
      }, "i32");
    }
    return sum!;
  }

  /** An atom at the first lane. */
  #scalar(atom: Atom): number {
    const { level } = this.placing.of(atom);
    if (atom.kind === "axis") {
      return atom.axis === this.placing.laneAxis ? this.#position : this.variables[level];
    }
    return this.once("scalars", atom, () => {
      if (atom.kind === "value") {
        const vector = this.value(atom.of);
        return this.emit(level, (code) => code.get(vector).op("i32x4.extract_lane", 0), "i32");
      }
      const of = this.once("scalars", atom.of, () => this.sum(undefined, atom.of, 1));
      const op = atom.kind === "quotient" ? "i32.div_u" : "i32.rem_u";
      return this.emit(level, (code) => code.get(of).i32(atom.by).op(op), "i32");
    });
  }

  /** An index at all lanes. */
  protected vector(index: Index): number {
    return this.once("vectors", index, () => {
      const { level } = this.placing.of(index);
      const stride = this.placing.stride(index);
      if (stride !== undefined) {
        const first = this.sum(undefined, index, 1);
        const steps = this.constant(...this.clamped().map((lane) => lane * stride));
        return this.emit(
          level,
          (code) => code.get(first).op("i32x4.splat").get(steps).op("i32x4.add"),
        );
      }
      const moving = index.terms.filter(({ atom }) => this.placing.strideOfAtom(atom) !== 0);
      const still = index.terms.filter((term) => !moving.includes(term));
      const base = this.sum(undefined, { ...index, terms: still }, 1);
      const terms = moving.map(({ atom, scale }) => ({ local: this.#vectorAtom(atom), scale }));
      return this.emit(level, (code) => {
        code.get(base).op("i32x4.splat");
        for (const { local, scale } of terms) {
          code.get(local);
          if (scale !== 1) code.i32(scale).op("i32x4.splat").op("i32x4.mul");
          code.op("i32x4.add");
        }
      });
    });
  }

  #vectorAtom(atom: Atom): number {
    if (atom.kind === "value") return this.value(atom.of);
    return this.once("vectors", atom, () => {
      if (atom.kind === "axis") return this.vector(axisIndex(atom.axis, atom.size));
      const { level } = this.placing.of(atom);
      const of = this.vector(atom.of);
      // WebAssembly divides no vectors of integers.
      const op = atom.kind === "quotient" ? "i32.div_u" : "i32.rem_u";
      return this.oneByOne(level, of, (code) => code.i32(atom.by).op(op));
    });
  }
}
