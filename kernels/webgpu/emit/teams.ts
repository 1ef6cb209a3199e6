/**
 * Products by teams: the threads of a workgroup load a tile of each factor into workgroup memory,
 * and every thread reads its numbers there. With tiles of 64 by 64, each number of a buffer is
 * loaded 64 times less often.
 *
 * A tile holds vectors of four neighbours along its side. So a thread reads four rows or four
 * columns at once, and neighbouring threads read neighbouring vectors. Threads fill a tile by whole
 * vectors, neighbours along whichever axis of the factor is contiguous. (Where a thread writes one
 * element of a vector, a compiler may rewrite all four and undo what other threads wrote.) Numbers
 * beyond an edge are zero.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { MatmulKernel } from "../../kernel.ts";
import { type Operand, range } from "./operand.ts";
import { type Bindings, groupsOf, type Shader } from "../wgsl/shader.ts";
import { beginTile, finishTile } from "./tile.ts";
import { tileOf, tilesOf, type Variant } from "./variants.ts";
import { unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/** Writes the shader of a product by teams. */
export function emitTeams(
  kernel: MatmulKernel,
  bindings: Bindings,
  variant: Variant,
  team: NonNullable<Variant["team"]>,
): Shader {
  const depth = sizeOf(kernel.over);
  const [tileRows, tileColumns] = tileOf(variant);
  const threads = team.down * team.across;

  const root = new Block();
  const head = groupsOf(tilesOf(kernel, variant), root, threads);
  const tile = beginTile(root, kernel, bindings, variant);
  const { writer, type, sums } = tile;
  root.push(
    `let y = lane / ${unsigned(team.across)};`,
    `let x = lane % ${unsigned(team.across)};`,
  );
  const outer = new Block(root);
  /**
   * Writes how the threads fill their tile of a factor: `size` neighbours from `first` on, by
   * `team.depth` steps along k.
   */
  const fill = (name: string, operand: Operand, first: string, size: number): void => {
    const { load, side, depth, along: alongK, base, inFours } = operand;
    const start = root.name(writer.index(base).text);
    const fours = unsigned(size / 4), steps = unsigned(team.depth);
    const width = inFours ? 4 : 1;
    const loaded = inFours ? `vec4<${type}>` : type;
    for (const turn of range(size / 4 * team.depth / threads)) {
      const n = `(lane + ${unsigned(turn * threads)})`;
      const [four, step] = depth.stride === 1
        ? [`${n} / ${steps}`, `${n} % ${steps}`]
        : [`${n} % ${fours}`, `${n} / ${fours}`];
      const [own, k] = [root.name(four), root.name(step)];
      const [inside, along] = [`${name}_${turn}_inside`, `${name}_${turn}_k`];
      const last = unsigned(Math.max(1, depth.size) - 1);
      outer.push(
        `let ${inside} = start + ${k} < ${unsigned(depth.size)};`,
        `let ${along}_at = min(start + ${k}, ${last});`,
        `let ${along} = ${alongK(`${along}_at`)};`,
      );
      const values = range(4 / width).map((e) => {
        const position = `${first} + ${own} * 4u + ${unsigned(e)}`;
        const at = `${start} + min(${position}, ${unsigned(side.size - width)}) * ` +
          `${unsigned(side.stride)} + ${along}`;
        const value = inFours ? writer.loadVector(load, at) : writer.loadText(load, at);
        return `select(${loaded}(), ${value}, ${inside} && ${position} < ${unsigned(side.size)})`;
      });
      outer.push(`tile_${name}[${k} * ${fours} + ${own}] = vec4<${type}>(${values.join(", ")});`);
    }
  };
  fill("a", tile.a, "row", tileRows);
  fill("b", tile.b, "column", tileColumns);
  const inner = new Block(outer);
  for (const q of range(variant.rows / 4)) {
    inner.push(
      `let a${q} = tile_a[k * ${unsigned(tileRows / 4)} + y + ${unsigned(q * team.down)}];`,
    );
  }
  for (const v of range(variant.vectors)) {
    inner.push(
      `let b${v} = tile_b[k * ${unsigned(tileColumns / 4)} + x + ${unsigned(v * team.across)}];`,
    );
  }
  for (const { r, v, sum } of sums) {
    inner.push(`${sum} += a${Math.floor(r / 4)}.${"xyzw"[r % 4]} * b${v};`);
  }
  outer.push("workgroupBarrier();");
  outer.attach(`for (var k = 0u; k < ${unsigned(team.depth)}; k++)`, inner);
  outer.push("workgroupBarrier();");
  root.attach(
    `for (var start = 0u; start < ${unsigned(depth)}; start += ${unsigned(team.depth)})`,
    outer,
  );
  return finishTile(
    tile,
    head,
    (r) => `row + (y + ${unsigned(Math.floor(r / 4) * team.down)}) * 4u + ${unsigned(r % 4)}`,
    (v) => `column + (x + ${unsigned(v * team.across)}) * 4u + c`,
    () => "4u",
    `var<workgroup> tile_a: array<vec4<${type}>, ${tileRows / 4 * team.depth}>;`,
    `var<workgroup> tile_b: array<vec4<${type}>, ${tileColumns / 4 * team.depth}>;`,
  );
}
