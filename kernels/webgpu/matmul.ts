/**
 * Products of matrices: out[…, m, n] = value(Σₖ a[…, m, k] · b[…, k, n]).
 *
 * Every thread computes a tile of the product in registers: ROWS rows by VECTORS vectors of four columns. Per step along k
 * it loads ROWS + 4·VECTORS numbers for ROWS · 4·VECTORS multiplications. The threads of a workgroup lie side by side along
 * the columns, so that all read the same elements of a, and neighbouring elements of b.
 *
 * Both factors are read by their strides, which makes transposed and broadcast factors the same case; `operand.ts` says
 * how. At the edges rows and columns are clamped: computed twice, and not stored.
 *
 * @module
 */
import type { MatmulKernel } from "../kernel.ts";
import { operand, range } from "./operand.ts";
import type { Bindings, Shader } from "./shader.ts";
import { assemble, gridOf, groupFrom, product, store, writerFor } from "./shader.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import { Block } from "./writer.ts";

/** The tile of a thread, [ROWS, VECTORS]: large to load little, small where a machine would otherwise have too few threads. */
const tileFor = (outputs: number): [number, number] => outputs < 2 ** 16 ? [4, 1] : [8, 2];
/** Threads of a workgroup: no more than the columns can use. */
const lanesFor = (columns: number): number => columns <= 64 ? 8 : columns <= 128 ? 16 : 32;

/** Writes the shader of a product. */
export function emitMatmul(kernel: MatmulKernel, bindings: Bindings): Shader {
  const { space, over: [depth], a, b } = kernel;
  const rank = space.length;
  const [rows, columns] = space.slice(-2);
  const batches = space.slice(0, -2);
  const [ROWS, VECTORS] = tileFor(product(space));
  const lanes = lanesFor(columns);
  const across = Math.ceil(columns / (lanes * VECTORS * 4));
  const down = Math.ceil(rows / ROWS);
  const tiles = product(batches) * across * down;
  const grid = gridOf(tiles);

  const root = new Block();
  root.push(
    `let tile = group.x + group.y * ${unsigned(grid[0])};`,
    `if (tile >= ${unsigned(tiles)}) { return; }`,
    `let batch = tile / ${unsigned(across * down)};`,
    `let row = ((tile / ${unsigned(across)}) % ${unsigned(down)}) * ${unsigned(ROWS)};`,
    `let column = ((tile % ${unsigned(across)}) * ${unsigned(lanes * VECTORS)} + lane) * 4u;`,
  );
  const left = operand(kernel, a, rank - 2);
  const right = operand(kernel, b, rank - 1);
  const vectors = new Set(
    [left, right].filter(({ isVector }) => isVector).map(({ load }) => bindings[load.buffer]),
  );
  const batch = groupFrom(0, batches, { text: "batch", home: root });
  const writer = writerFor(kernel, bindings, root, [batch], vectors);

  const type = typeOf(a.dtype);
  const rowAt = (r: number) => `row + ${unsigned(r)}`;
  const columnAt = (v: number, c: number) => `column + ${unsigned(v * lanes * 4 + c)}`;
  const columnsAt = range(VECTORS).flatMap((v) => range(4).map((c) => columnAt(v, c)));
  const readLeft = left.prepare(root, writer, "a", range(ROWS).map(rowAt));
  const readRight = right.prepare(root, writer, "b", columnsAt);
  const tileOf = range(ROWS).flatMap((r) =>
    range(VECTORS).map((v) => ({ r, v, sum: `sum${r}_${v}` }))
  );
  for (const { sum } of tileOf) root.push(`var ${sum} = vec4<${type}>();`);
  const loop = new Block(root);
  const x = readLeft(loop);
  const y = readRight(loop);
  for (const v of range(VECTORS)) {
    loop.push(`let y${v} = vec4<${type}>(${y.slice(v * 4, v * 4 + 4).join(", ")});`);
  }
  for (const { r, v, sum } of tileOf) loop.push(`${sum} += ${x[r]} * y${v};`);
  root.attach(`for (var k = 0u; k < ${unsigned(depth)}; k++)`, loop);
  for (const { r, v, sum } of tileOf) {
    // A loop where four calls would do: compilers put `value` in place of every call.
    root.push(
      "for (var c = 0u; c < 4u; c++) {",
      `  finish(batch, ${rowAt(r)}, ${columnAt(v, 0)} + c, ${sum}[c]);`,
      "}",
    );
  }

  const finish = emitFinish(kernel, bindings, vectors, type);
  const main = /* wgsl */ `@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {\n${root}\n}`;
  const helpers = [...writer.helpers, ...finish.helpers];
  const code = assemble(kernel, bindings, vectors, helpers, finish.code, main);
  return { name: kernel.name, code, grid };
}

/** The function that takes one element of the product to the output: `value`, if it is not beyond the edge. */
function emitFinish(
  kernel: MatmulKernel,
  bindings: Bindings,
  vectors: ReadonlySet<number>,
  type: string,
): { code: string; helpers: Iterable<string> } {
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
  const code = `fn finish(batch: u32, row: u32, column: u32, result: ${type}) {\n${body}\n}`;
  return { code, helpers: writer.helpers };
}
