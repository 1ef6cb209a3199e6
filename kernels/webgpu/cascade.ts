/**
 * Sums of many terms by one thread, in their order: 16 terms make a block, 16 blocks a larger one, and so on. So a sum never
 * adds a number to one that is much larger only because it came late, and the error grows with the logarithm of the number
 * of terms. (A compensated sum would need fewer variables, but compilers may cancel it out.)
 *
 * @module
 */
import type { DType } from "../scalar.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import type { Block } from "./writer.ts";

const BLOCK = 16;
/** So many terms are added up without blocks. */
const SHORT = 128;

/** A sum under way. */
export interface Cascade {
  /** The statements that add a term. */
  include(term: string): string;
  /** The sum of the terms so far, as an expression. */
  readonly value: string;
}

/** Declares the sum of at most so many terms. */
export function cascade(root: Block, dtype: DType, most: number): Cascade {
  const isLong = dtype === "float32" && most > SHORT;
  const sums = ["sum"];
  for (let n = BLOCK; isLong && n < most; n *= BLOCK) sums.push(`sum${sums.length}`);
  const zero = `${typeOf(dtype)}(0)`;
  for (const sum of sums) root.push(`var ${sum} = ${zero};`);
  if (isLong) root.push("var terms = 0u;");
  const fold = sums.slice(1).reduceRight(
    (inner, sum, i) =>
      `if (terms % ${unsigned(BLOCK ** (i + 1))} == 0u) {
  ${sum} += ${sums[i]};
  ${sums[i]} = ${zero};
  ${inner}
}`,
    "",
  );
  return {
    include: (term) => `sum = sum + ${term};${isLong ? `\nterms++;\n${fold}` : ""}`,
    value: sums.reduce((low, high) => `(${high} + ${low})`),
  };
}
