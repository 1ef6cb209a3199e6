/**
 * What a kernel becomes: one or more functions that run one after the other.
 *
 * @module
 */
import type { DType, Expr } from "../../formula.ts";
import { costOf } from "../../cost.ts";
import { exprsOf, type Kernel, outputIndex } from "../../kernel.ts";
import { type Code, FunctionBuilder } from "../wasm/assembler.ts";
import type { Formulas } from "./formula.ts";
import type { Source } from "./indices.ts";
import { type Nest, parameters } from "./nest.ts";

/**
 * A function `(begin, end, scratch, own, ...outputs, ...loads)` that does the pieces begin … end−1
 * of `units` pieces of work. Pieces are independent, and the order in which threads do them changes
 * no result. `begin` is a multiple of `granule`; `end` is one too or equals `units`.
 */
export interface Phase {
  readonly fn: FunctionBuilder;
  readonly units: number;
  readonly granule: number;
  /** The estimated time that all pieces take one thread, in nanoseconds. */
  readonly time: number;
}

/**
 * The phases of a kernel, the bytes of scratch memory that they share, and the bytes that each
 * thread needs for itself.
 */
export interface Phases {
  readonly phases: readonly Phase[];
  readonly scratch?: number;
  readonly own?: number;
}

/** A function for a kernel, and the buffers that it loads from. */
export function begin(
  kernel: Kernel,
  sizes: readonly number[],
  suffix = "",
): { fn: FunctionBuilder; sources: Source[] } {
  const first = parameters.outputs + kernel.stores.length;
  const fn = new FunctionBuilder(kernel.name + suffix, first + sizes.length);
  return { fn, sources: sizes.map((size, i) => ({ address: first + i, size })) };
}

/**
 * Divides the work of a nest by its outermost loop, a cache line at a time if that is the lane
 * loop.
 */
export function unitsOf({ fn, loops, laneLevel }: Nest, time: number): Phase {
  return { fn, units: loops[0].size, granule: laneLevel === 1 ? 16 : 1, time };
}

/** The estimated time of computing formulas for a number of elements, in nanoseconds. */
export function timeOf(formulas: readonly Expr[], elements: number): number {
  let time = 0.2;
  for (const expr of exprsOf(formulas)) {
    if (expr.kind === "call") time += 0.12 * costOf(expr);
    else if (expr.kind === "load") time += 0.2;
  }
  return time * elements;
}

/**
 * The code that stores the elements of a kernel at the current position, once their result is
 * known. All values are computed before the first is stored, because a kernel may read the element
 * that it overwrites.
 */
export function storeAll(formulas: Formulas, { stores, space }: Kernel, rest: number): Code {
  const at = outputIndex(space);
  const values = stores.map(({ value }) => formulas.value(value));
  const addresses = stores.map((_, i) => formulas.address(parameters.outputs + i, at));
  const code = formulas.takeLast();
  stores.forEach(({ dtype }, i) => store(code, addresses[i], values[i], dtype, rest));
  return code;
}

/** Stores four lanes, or the first `rest` where that is not 0, at address + offset. */
export function store(
  code: Code,
  address: number,
  value: number,
  dtype: DType,
  rest: number,
  offset = 0,
): void {
  const push = () => {
    code.get(address).get(value);
    return dtype === "bool" ? code.op("i32x4.neg") : code;
  };
  if (rest === 0) push().memory("v128.store", offset);
  if (rest > 1) push().laneMemory("v128.store64_lane", 0, offset);
  if (rest % 2 === 1) push().laneMemory("v128.store32_lane", rest - 1, offset + 4 * (rest - 1));
}
