/**
 * Sums of many terms by one thread, in blocks ({@link ../../cascade.ts}).
 *
 * @module
 */
import { BLOCK, levelsOf } from "../../cascade.ts";
import type { DType } from "../../formula.ts";
import { typeOf, unsigned } from "../wgsl/wgsl.ts";
import type { Block } from "../wgsl/writer.ts";

/** A sum under way. */
export interface Cascade {
  /** The statements that add a term. */
  include(term: string): string;
  /** The sum of the terms so far, as an expression. */
  readonly value: string;
}

/** Declares a sum of at most this many terms. */
export function cascade(root: Block, dtype: DType, most: number): Cascade {
  const sums = Array.from({ length: levelsOf(dtype, most) }, (_, level) => `sum${level}`);
  const zero = `${typeOf(dtype)}(0)`;
  for (const sum of sums) root.push(`var ${sum} = ${zero};`);
  if (sums.length > 1) root.push("var terms = 0u;");
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
    include: (term) => `sum0 = sum0 + ${term};${fold && `\nterms++;\n${fold}`}`,
    value: sums.reduce((low, high) => `(${high} + ${low})`),
  };
}
