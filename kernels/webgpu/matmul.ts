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

/** The tile of a thread. */
const ROWS = 8, VECTORS = 2;
/** Steps along k in a turn of the loop: what one vector of a row spans. */
const STEPS = 4;

/** Threads of a workgroup: no more than the columns can use. */
const lanesFor = (columns: number): number => columns <= 64 ? 8 : columns <= 128 ? 16 : 32;

/** Writes the shader of a product. */
export function emitMatmul(kernel: MatmulKernel, bindings: Bindings): Shader {
  const { space, over: [depth], a, b } = kernel;
  const rank = space.length;
  const [rows, columns] = space.slice(-2);
  const batches = space.slice(0, -2);
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
  const left = operand(kernel, a, rank - 2, rank);
  const right = operand(kernel, b, rank - 1, rank);
  const vectors = new Set(
    [left, right].filter(({ along }) => along !== "none").map(
      ({ load }) => bindings[load.buffer],
    ),
  );
  const batch = groupFrom(0, batches, { text: "batch", home: root });
  const writer = writerFor(kernel, bindings, root, [batch], vectors);

  const type = typeOf(a.dtype);
  const rowAt = (r: number) => `row + ${r}u`;
  const columnAt = (c: number) => `column + ${unsigned(Math.floor(c / 4) * lanes * 4 + (c % 4))}`;
  const readLeft = left.prepare(root, writer, "a", range(ROWS).map(rowAt), rows);
  const readRight = right.prepare(root, writer, "b", range(VECTORS * 4).map(columnAt), columns);
  const sums = range(ROWS).map((r) => range(VECTORS).map((v) => `sum${r}_${v}`));
  for (const sum of sums.flat()) root.push(`var ${sum} = vec4<${type}>();`);

  const turn = (steps: number) => {
    const loop = new Block(root);
    const x = readLeft(loop, steps);
    const y = readRight(loop, steps);
    for (const k of range(steps)) {
      for (const v of range(VECTORS)) {
        const four = range(4).map((c) => y[v * 4 + c][k]).join(", ");
        loop.push(`let y${k}_${v} = vec4<${type}>(${four});`);
        for (const r of range(ROWS)) loop.push(`${sums[r][v]} += ${x[r][k]} * y${k}_${v};`);
      }
    }
    return loop;
  };
  const whole = depth - depth % STEPS;
  if (whole > 0) {
    root.attach(`for (var k = 0u; k < ${unsigned(whole)}; k += ${STEPS}u)`, turn(STEPS));
  }
  if (whole < depth) {
    root.attach(`for (var k = ${unsigned(whole)}; k < ${unsigned(depth)}; k++)`, turn(1));
  }
  // One loop over the tile, so that `value` is in the shader once, not once an element.
  root.push(
    `var tile_of_sums = array<vec4<${type}>, ${ROWS * VECTORS}>(${sums.flat().join(", ")});`,
    `for (var e = 0u; e < ${unsigned(ROWS * VECTORS * 4)}; e++) {`,
    `  let vector = (e / 4u) % ${unsigned(VECTORS)};`,
    `  let at = column + vector * ${unsigned(lanes * 4)} + e % 4u;`,
    `  finish(batch, row + e / ${unsigned(VECTORS * 4)}, at, tile_of_sums[e / 4u][e % 4u]);`,
    "}",
  );

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
