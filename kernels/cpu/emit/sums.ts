/**
 * Long sums of float32 are cut into blocks whose sums are added in float64, so that the error does
 * not grow with the length.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { ReduceKernel } from "../../kernel.ts";
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { type Bound, loop } from "./nest.ts";
import { combination, pushIdentity } from "./phase.ts";

/** The number of float32 that are added up before their sum goes to float64. */
export const block = 128;

/** Sums under way: a local of partial sums, and two of float64 where the sum is long. */
export interface Sum {
  readonly part: number;
  readonly totals: readonly number[];
}

/** The instructions on the sums of one kernel. */
export class Sums {
  /** Whether there are totals. */
  readonly isLong: boolean;

  /** @param few the number of terms up to which float32 are added up without blocks */
  constructor(
    readonly fn: FunctionBuilder,
    readonly kernel: Pick<ReduceKernel, "combine" | "body" | "over">,
    few: number,
  ) {
    const { combine, body, over } = kernel;
    this.isLong = combine === "add" && body.dtype === "float32" && sizeOf(over) > few;
  }

  create(count: number): Sum[] {
    const local = () => this.fn.local("v128");
    return Array.from({ length: count }, () => ({
      part: local(),
      totals: this.isLong ? [local(), local()] : [],
    }));
  }

  /** The identity in every part, zero in every total. */
  start(code: Code, sums: readonly Sum[]): Code {
    for (const { part, totals } of sums) {
      this.clear(code, part);
      for (const total of totals) code.v128(0).set(total);
    }
    return code;
  }

  clear(code: Code, part: number): void {
    pushIdentity(code, this.kernel.combine, this.kernel.body.dtype).set(part);
  }

  /** part = part combined with the value on the stack */
  include(code: Code, part: number): void {
    code.get(part).op(combination(this.kernel.combine, this.kernel.body.dtype)).set(part);
  }

  /** Adds the parts to the totals, in float64. */
  fold(sums: readonly Sum[]): Code {
    const code = new Code();
    if (!this.isLong) return code;
    for (const { part, totals: [low, high] } of sums) {
      code.get(low).get(part).op("f64x2.promote_low_f32x4").op("f64x2.add").set(low);
      code.get(high).get(part).get(part).shuffle([2, 3, 2, 3]).op("f64x2.promote_low_f32x4");
      code.op("f64x2.add").set(high);
      this.clear(code, part);
    }
    return code;
  }
}

/** Pushes totals, as four float32. */
export const demote = (code: Code, [low, high]: readonly number[]): Code =>
  code.get(low).op("f32x4.demote_f64x2_zero").get(high).op("f32x4.demote_f64x2_zero")
    .shuffle([0, 1, 4, 5]);

/** Runs `inner` over 0 … size in stretches, and folds the sums after each. */
export function inBlocks(
  sums: Sums,
  all: readonly Sum[],
  size: number,
  stretch: number,
  inner: (bounds: [Bound, Bound]) => Code,
): Code {
  const whole: [Bound, Bound] = [{ constant: 0 }, { constant: size }];
  if (!sums.isLong || size <= stretch) return inner(whole).append(sums.fold(all));
  const start = sums.fn.local("i32");
  const end = sums.fn.local("i32");
  const body = new Code().get(start).i32(stretch).op("i32.add").tee(end).i32(size);
  body.get(end).i32(size).op("i32.lt_u").op("select").set(end);
  body.append(inner([{ local: start }, { local: end }])).append(sums.fold(all));
  return loop(start, whole[0], whole[1], stretch, body);
}
