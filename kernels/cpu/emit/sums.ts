/**
 * Long sums of float32 are cut into blocks whose sums are added in float64, so that the error does
 * not grow with the length.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { ReduceKernel } from "../../kernel.ts";
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { identityBits, instructionFor } from "../wasm/simd.ts";
import { type Bound, loop, pushLesser } from "./nest.ts";

/** The number of float32 that are added up before their sum goes to float64. */
export const block = 128;

/** Some sums under way in one kernel. */
export class Sums {
  /** The locals of the partial sums. */
  readonly parts: readonly number[];
  /** Two locals of float64 for each part of long sums; none for others. */
  readonly totals: readonly (readonly [low: number, high: number])[];
  /** Whether there are totals. */
  readonly isLong: boolean;

  /** @param few the number of terms up to which float32 are added up without blocks */
  constructor(
    readonly fn: FunctionBuilder,
    readonly kernel: Pick<ReduceKernel, "combine" | "body" | "over">,
    few: number,
    count: number,
  ) {
    const { combine, body, over } = kernel;
    this.isLong = combine === "add" && body.dtype === "float32" && sizeOf(over) > few;
    const local = () => fn.local("v128");
    this.parts = Array.from({ length: count }, local);
    this.totals = this.isLong ? this.parts.map(() => [local(), local()]) : [];
  }

  /** The identity in every part, zero in every total. */
  start(code: Code): Code {
    for (const total of this.totals.flat()) code.v128(0).set(total);
    return this.#clear(code);
  }

  #clear(code: Code): Code {
    for (const part of this.parts) this.pushIdentity(code).set(part);
    return code;
  }

  /** Pushes what a sum starts from, in all lanes. */
  pushIdentity(code: Code): Code {
    const { combine, body: { dtype } } = this.kernel;
    return code.v128(identityBits(combine, dtype));
  }

  /** Combines two vectors on the stack. */
  combine(code: Code): Code {
    return code.op(instructionFor(this.kernel.combine, this.kernel.body.dtype)!);
  }

  /** part = part combined with the value on the stack */
  include(code: Code, part: number): void {
    this.combine(code.get(part)).set(part);
  }

  /** Adds the parts to the totals, in float64. */
  #fold(): Code {
    const code = new Code();
    this.totals.forEach(([low, high], i) => {
      const part = this.parts[i];
      code.get(low).get(part).op("f64x2.promote_low_f32x4").op("f64x2.add").set(low);
      code.get(high).get(part).get(part).shuffle([2, 3, 2, 3]).op("f64x2.promote_low_f32x4");
      code.op("f64x2.add").set(high);
    });
    return this.isLong ? this.#clear(code) : code;
  }

  /** Takes the total of a long sum, as four float32, to a local. */
  demote(code: Code, i: number, to: number): Code {
    const [low, high] = this.totals[i];
    code.get(low).op("f32x4.demote_f64x2_zero").get(high).op("f32x4.demote_f64x2_zero");
    return code.shuffle([0, 1, 4, 5]).set(to);
  }

  /** Runs `inner` over 0 … size in stretches, and folds the sums after each. */
  inBlocks(size: number, stretch: number, inner: (bounds: [Bound, Bound]) => Code): Code {
    const whole: [Bound, Bound] = [{ constant: 0 }, { constant: size }];
    if (!this.isLong || size <= stretch) return inner(whole).append(this.#fold());
    const start = this.fn.local("i32");
    const end = this.fn.local("i32");
    const body = new Code().get(start).i32(stretch).op("i32.add");
    pushLesser(body, end, whole[1]).set(end);
    body.append(inner([{ local: start }, { local: end }])).append(this.#fold());
    return loop(start, ...whole, stretch, body);
  }
}
