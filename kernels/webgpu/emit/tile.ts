/**
 * What both variants of a product share: where a tile begins, its sums, and the function that
 * stores an element once its sum is known.
 *
 * @module
 */
import type { MatmulKernel } from "../../kernel.ts";
import { type Operand, operandsOf, range } from "./operand.ts";
import { type Bindings, groupFrom, type Head, KernelWriter, type Shader } from "../wgsl/shader.ts";
import { tileOf, type Variant } from "./variants.ts";
import { typeOf, unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/** A product under way. */
export interface Tile {
  readonly kernel: MatmulKernel;
  readonly writer: KernelWriter;
  readonly a: Operand;
  readonly b: Operand;
  /** The type of a factor in WGSL. */
  readonly type: string;
  /** The sums of a thread: row r, and columns 4v to 4v + 3 as a vector. */
  readonly sums: readonly { readonly r: number; readonly v: number; readonly sum: string }[];
}

/** Writes where tile `i` begins, `batch`, `row` and `column`, and the sums of a thread. */
export function beginTile(
  root: Block,
  kernel: MatmulKernel,
  bindings: Bindings,
  variant: Variant,
): Tile {
  const { space } = kernel;
  const [rows, columns] = tileOf(variant);
  const [m, n] = space.slice(-2);
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  root.push(
    `let batch = i / ${unsigned(across * down)};`,
    `let row = ((i / ${unsigned(across)}) % ${unsigned(down)}) * ${unsigned(rows)};`,
    `let column = (i % ${unsigned(across)}) * ${unsigned(columns)};`,
  );
  const [a, b] = operandsOf(kernel);
  const inFours = [a, b].filter((operand) => operand.inFours);
  const vectors = new Set(inFours.map(({ load }) => bindings[load.buffer]));
  const batch = groupFrom(0, space.slice(0, -2), "batch", root);
  const writer = new KernelWriter(kernel, bindings, root, [batch], vectors);
  const type = typeOf(kernel.a.dtype);
  const sums = range(variant.rows).flatMap((r) =>
    range(variant.vectors).map((v) => ({ r, v, sum: `sum${r}_${v}` }))
  );
  for (const { sum } of sums) root.push(`var ${sum} = vec4<${type}>();`);
  return { kernel, writer, a, b, type, sums };
}

/**
 * Puts the shader of a product together. Its function `finish` stores one element of the product
 * through the kernel's formulas, if it is not beyond the edge; it is called for all sums. `rowAt`
 * and `columnAt` give the position of a sum; a column of a vector is the text `c`, which goes up to
 * `width`.
 *
 * The calls stand in a loop, because compilers inline the whole of `finish` at each call. They also
 * unroll the loop if they know its end.
 */
export function finishTile(
  { kernel, writer, type, sums }: Tile,
  head: Head,
  rowAt: (r: number) => string,
  columnAt: (v: number) => string,
  width: (v: number) => string,
  ...declarations: readonly string[]
): Shader {
  for (const { r, v, sum } of sums) {
    writer.root.push(
      `for (var c = 0u; c < ${width(v)}; c++) {`,
      `  finish(batch, ${rowAt(r)}, ${columnAt(v)}, ${sum}[c]);`,
      "}",
    );
  }
  const { space } = kernel;
  const [rows, columns] = space.slice(-2);
  const body = new Block();
  body.push(`if (row >= ${unsigned(rows)} || column >= ${unsigned(columns)}) { return; }`);
  const groups = [
    groupFrom(0, space.slice(0, -2), "batch", body),
    groupFrom(space.length - 2, [rows], "row", body),
    groupFrom(space.length - 1, [columns], "column", body),
  ];
  const finishing = new KernelWriter(kernel, writer.bindings, body, groups, writer.vectors);
  finishing.result = { text: "result", home: body };
  finishing.store(body);
  finishing.helpers.forEach(writer.use);
  const finish = `fn finish(batch: u32, row: u32, column: u32, result: ${type}) {\n${body}\n}`;
  return writer.shader(head, ...declarations, finish);
}
