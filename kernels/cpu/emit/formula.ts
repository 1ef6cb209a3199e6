/**
 * Formulas to code: computes expressions for four neighbouring positions at once.
 *
 * Every expression is computed once, into a local of four lanes, at its level
 * ({@link ./indices.ts}). What depends on the result of a reduction has a last level of its own,
 * after the loops.
 *
 * @module
 */
import type { Call, Expr, IntrinsicFunction, Load } from "../../formula.ts";
import { Code } from "../wasm/assembler.ts";
import { Indices } from "./indices.ts";
import type { Opcode } from "../wasm/opcodes.ts";
import { hasRelaxed } from "../wasm/relaxed.ts";
import { constantBits, conversion, instructionFor } from "../wasm/simd.ts";

/**
 * Picks lanes by a mask. The relaxed instruction may look at one bit of a lane only, which makes no
 * difference for masks.
 */
const selection = hasRelaxed ? "i32x4.relaxed_laneselect" : "v128.bitselect";

/**
 * min and max with a constant on the right that is neither NaN nor zero: pmin(x, c) is
 * `c < x ? c : x`. That keeps NaN and the sign of zero as they are, in one instruction of the
 * processor instead of seven.
 */
function boundBy({ op, dtype, args }: Call): Opcode | undefined {
  const bound = args[1];
  if (dtype !== "float32" || bound?.kind !== "constant" || !(Math.abs(bound.value) > 0)) return;
  return op === "min" ? "f32x4.pmin" : op === "max" ? "f32x4.pmax" : undefined;
}

/** Writes the code of the formulas of one kernel. */
export class Formulas extends Indices {
  /** The local with the result of a reduction. */
  result: number = -1;

  /** The local with the value of an expression. */
  value(expr: Expr): number {
    return this.once("vectors", expr, () => this.#value(expr));
  }

  #value(expr: Expr): number {
    switch (expr.kind) {
      case "constant":
        return this.constant(constantBits(expr.value, expr.dtype));
      case "position":
        return this.vector(expr.at);
      case "result":
        return this.result;
      case "load": {
        const raw = this.#load(expr);
        if (expr.dtype !== "bool") return raw;
        return this.apply(this.placing.of(expr).level, "i32x4.neg", raw);
      }
      case "call":
        return this.#call(expr);
    }
  }

  #call(expr: Call): number {
    const { level } = this.placing.of(expr);
    const { op, dtype, intrinsic } = expr;
    const from = expr.args[0].dtype;
    if (intrinsic !== undefined) return this.#intrinsic(intrinsic, expr.args[0], level);
    if (op === "shiftLeft" || op === "shiftRight") return this.#shift(expr, level);
    const args = expr.args.map((arg) => this.value(arg));
    if (op === "select") return this.apply(level, selection, args[1], args[2], args[0]);
    if (op === "bitcast" || op === "convert" && from === dtype) return args[0];
    if (op === "convert" && from === "bool") {
      return this.apply(level, "v128.and", args[0], this.constant(constantBits(1, dtype)));
    }
    if (op === "convert" && dtype === "bool") {
      const unequal = from === "float32" ? "f32x4.ne" : "i32x4.ne";
      return this.apply(level, unequal, args[0], this.constant(0));
    }
    const instruction = op === "convert"
      ? conversion(from, dtype)
      : boundBy(expr) ?? instructionFor(op, from);
    return instruction === null ? args[0] : this.apply(level, instruction, ...args);
  }

  /**
   * The formula for rare arguments is computed, for all four lanes, only where one of them needs
   * it.
   */
  #intrinsic({ written, rare }: IntrinsicFunction, x: Expr, level: number): number {
    const usual = this.value(written(x));
    if (rare === undefined) return usual;
    const { when, value } = rare(x);
    const isRare = this.value(when);
    const code = this.levels[level];
    this.levels[level] = new Code();
    const special = this.value(value);
    const branch = this.levels[level].get(special).get(usual).get(isRare).op(selection).set(usual);
    this.levels[level] = code.get(isRare).op("v128.any_true").when(branch);
    return usual;
  }

  /**
   * WebAssembly shifts all lanes by one count; counts that are not constant are taken lane by lane.
   */
  #shift({ op, dtype, args: [left, right] }: Call, level: number): number {
    const shift = op === "shiftLeft" ? "shl" : dtype === "int32" ? "shr_s" : "shr_u";
    const x = this.value(left);
    if (right.kind === "constant") {
      return this.emit(level, (code) => code.get(x).i32(right.value & 31).op(`i32x4.${shift}`));
    }
    const count = this.value(right);
    return this.oneByOne(
      level,
      x,
      (code, lane) => code.get(count).op("i32x4.extract_lane", lane).op(`i32.${shift}`),
    );
  }

  #load(expr: Load): number {
    const { address, size } = this.sources[expr.buffer];
    const { level } = this.placing.of(expr);
    const { at } = expr;
    const stride = this.placing.stride(at);
    const inside = at.min >= 0 && at.max < size;
    if (inside && stride !== undefined && stride >= 0) {
      const from = this.address(address, at);
      const steps = this.clamped();
      if (stride > 1) {
        return this.#gather(level, (code, lane) => {
          code.get(from);
          return 4 * stride * steps[lane];
        });
      }
      return this.emit(level, (code) => {
        code.get(from).memory(stride === 0 ? "v128.load32_splat" : "v128.load");
        // The vector runs past the row: let the lanes there repeat the last one.
        if (stride === 1 && this.rest > 0) code.get(from).memory("v128.load").shuffle(steps);
      });
    }
    const index = inside ? this.vector(at) : this.#within(this.vector(at), size, level);
    return this.#gather(level, (code, lane) => {
      code.get(index).op("i32x4.extract_lane", lane).i32(2).op("i32.shl");
      code.get(address).op("i32.add");
      return 0;
    });
  }

  /** Loads four lanes one by one; `locate` pushes an address and gives the offset from it. */
  #gather(level: number, locate: (code: Code, lane: number) => number): number {
    const local = this.fn.local("v128");
    const code = this.levels[level];
    code.memory("v128.load32_splat", locate(code, 0)).set(local);
    for (let lane = 1; lane < 4; lane++) {
      const offset = locate(code, lane);
      code.get(local).laneMemory("v128.load32_lane", lane, offset).set(local);
    }
    return local;
  }

  /**
   * Keeps an index within a buffer. A formula may leave it on the side of a select that is not
   * taken.
   */
  #within(index: number, size: number, level: number): number {
    const last = this.constant(Math.max(0, size - 1));
    const positive = this.apply(level, "i32x4.max_s", index, this.constant(0));
    return this.apply(level, "i32x4.min_s", positive, last);
  }
}
