/**
 * What both variants of a product share: where a tile begins, its sums, and the function that
 * stores an element once its sum is known.
 *
 * @module
 */
import type { MatmulKernel } from "../../kernel.ts";
import { range } from "./operand.ts";
import type { Bindings, Extras, Head, Shader } from "../wgsl/shader.ts";
import { assemble, groupFrom, store, writerFor } from "../wgsl/shader.ts";
import { tileOf, type Variant } from "./variants.ts";
import { typeOf, unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/** Writes where tile `i` begins: `batch`, `row` and `column`. */
export function beginTile(root: Block, { space }: MatmulKernel, variant: Variant): void {
  const [rows, columns] = tileOf(variant);
  const [m, n] = space.slice(-2);
  const [down, across] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  root.push(
    `let batch = i / ${unsigned(across * down)};`,
    `let row = ((i / ${unsigned(across)}) % ${unsigned(down)}) * ${unsigned(rows)};`,
    `let column = (i % ${unsigned(across)}) * ${unsigned(columns)};`,
  );
}

/**
 * Puts the shader of a product together. Its function `finish` stores one element of the product
 * through the kernel's formulas, if it is not beyond the edge.
 */
export function assembleTiles(
  kernel: MatmulKernel,
  bindings: Bindings,
  head: Head,
  root: Block,
  helpers: Iterable<string>,
  { vectors, declarations = [] }: Extras,
): Shader {
  const { space } = kernel;
  const rank = space.length;
  const [rows, columns] = space.slice(-2);
  const body = new Block();
  body.push(`if (row >= ${unsigned(rows)} || column >= ${unsigned(columns)}) { return; }`);
  const groups = [
    groupFrom(0, space.slice(0, -2), { text: "batch", home: body }),
    groupFrom(rank - 2, [rows], { text: "row", home: body }),
    groupFrom(rank - 1, [columns], { text: "column", home: body }),
  ];
  const writer = writerFor(kernel, bindings, body, groups, vectors);
  writer.result = { text: "result", home: body };
  store(kernel, writer, body);
  const type = typeOf(kernel.a.dtype);
  const finish = `fn finish(batch: u32, row: u32, column: u32, result: ${type}) {\n${body}\n}`;
  return assemble(kernel, bindings, head, root, [...helpers, ...writer.helpers], {
    vectors,
    declarations: [...declarations, finish],
  });
}

/** The sums of a thread's tile: `rows` times `vectors` of four columns. */
export function sumsOf(rows: number, vectors: number): { r: number; v: number; sum: string }[] {
  return range(rows).flatMap((r) => range(vectors).map((v) => ({ r, v, sum: `sum${r}_${v}` })));
}

/**
 * Calls `finish` for all sums. `rowAt` and `columnAt` give the position of a sum; a column of a
 * vector is the text `c`, which goes up to `width`.
 *
 * The calls stand in a loop, because compilers inline the whole of `finish` at each call. They also
 * unroll the loop if they know its end.
 */
export function finishAll(
  root: Block,
  sums: ReturnType<typeof sumsOf>,
  rowAt: (r: number) => string,
  columnAt: (v: number) => string,
  width: (v: number) => string = () => "4u",
): void {
  for (const { r, v, sum } of sums) {
    root.push(
      `for (var c = 0u; c < ${width(v)}; c++) {`,
      `  finish(batch, ${rowAt(r)}, ${columnAt(v)}, ${sum}[c]);`,
      "}",
    );
  }
}
