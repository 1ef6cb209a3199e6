/**
 * Products by threads that work alone: each loads its numbers straight from the buffers. This is
 * for adapters in software, where nothing is quicker than a buffer.
 *
 * Rows and columns past an edge repeat the last one: they are computed twice, and not stored.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { MatmulKernel } from "../../kernel.ts";
import { type Operand, range } from "./operand.ts";
import { type Bindings, type Shader, threadsOf } from "../wgsl/shader.ts";
import { beginTile, finishTile } from "./tile.ts";
import { tilesOf, type Variant } from "./variants.ts";
import { unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/**
 * The number of threads of a workgroup: what a core computes at once, so that the cores share even
 * a small product.
 */
const TEAM = 8;

/** Writes the shader of a product in which every thread is alone. */
export function emitRegisters(kernel: MatmulKernel, bindings: Bindings, tile: Variant): Shader {
  const { space, over } = kernel;
  const columns = space[space.length - 1];
  const root = new Block();
  const head = threadsOf(tilesOf(kernel, tile), root, TEAM);
  const product = beginTile(root, kernel, bindings, tile);
  const { writer, type, sums } = product;
  const loop = new Block(root);
  /**
   * Writes where `count` neighbours from `first` on begin, and in the loop their loads; gives a
   * text for each.
   */
  const read = (name: string, operand: Operand, first: string, count: number): string[] => {
    const { load, side, along, base, inFours } = operand;
    const width = inFours ? 4 : 1;
    const start = writer.index(base).text;
    loop.push(`let ${name}_along = ${along("k")};`);
    for (let n = 0; n < count; n += width) {
      const position = `min(${first} + ${unsigned(n)}, ${unsigned(side.size - width)})`;
      root.push(`let ${name}${n} = ${start} + ${position} * ${unsigned(side.stride)};`);
      const at = `${name}${n} + ${name}_along`;
      const text = inFours ? writer.loadVector(load, at) : writer.loadText(load, at);
      loop.push(`let ${name}${n}_k = ${text};`);
    }
    return range(count).map((n) =>
      inFours ? `${name}${n - n % 4}_k.${"xyzw"[n % 4]}` : `${name}${n}_k`
    );
  };
  const x = read("a", product.a, "row", tile.rows);
  const y = read("b", product.b, "column", tile.vectors * 4);

  for (const v of range(tile.vectors)) {
    root.push(`let width${v} = min(4u, ${unsigned(columns)} - (column + ${unsigned(v * 4)}));`);
    loop.push(`let y${v} = vec4<${type}>(${y.slice(v * 4, v * 4 + 4).join(", ")});`);
  }
  for (const { r, v, sum } of sums) loop.push(`${sum} += ${x[r]} * y${v};`);
  root.attach(`for (var k = 0u; k < ${unsigned(sizeOf(over))}; k++)`, loop);
  return finishTile(
    product,
    head,
    (r) => `row + ${unsigned(r)}`,
    (v) => `column + ${unsigned(v * 4)} + c`,
    (v) => `width${v}`,
  );
}
