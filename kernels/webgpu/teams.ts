/**
 * Products by teams: the threads of a workgroup load a tile of each factor into workgroup memory, and every thread then
 * reads from there what it multiplies. A tile of 64 by 64 loads each number of the buffers 64 times less often.
 *
 * Threads of a team load neighbours, along whichever axis of the factor is contiguous, four at a time where they can. What
 * lies beyond an edge is zero. A tile holds vectors of four neighbours along its side, so a thread reads four rows or four
 * columns at once, and threads side by side read vectors side by side.
 *
 * @module
 */
import type { MatmulKernel } from "../kernel.ts";
import { type Operand, operandsOf, range, vectorBindings } from "./operand.ts";
import type { Bindings, Shader } from "./shader.ts";
import { assemble, groupFrom, groupsOf, writerFor } from "./shader.ts";
import { beginTile, emitFinish, finishAll, sumsOf } from "./tile.ts";
import { tileOf, tilesOf, type Variant } from "./variants.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import { Block, type Writer } from "./writer.ts";

/** Writes the shader of a product by teams. */
export function emitTeams(
  kernel: MatmulKernel,
  bindings: Bindings,
  variant: Variant,
  team: NonNullable<Variant["team"]>,
): Shader {
  const { space, over: [depth] } = kernel;
  const [tileRows, tileColumns] = tileOf(variant);
  const threads = team.down * team.across;

  const root = new Block();
  const { head, grid } = groupsOf(tilesOf(kernel, variant), root, threads);
  beginTile(root, kernel, variant);
  root.push(
    `let y = lane / ${unsigned(team.across)};`,
    `let x = lane % ${unsigned(team.across)};`,
  );
  const operands = operandsOf(kernel);
  const [a, b] = operands;
  const vectors = vectorBindings(operands.filter(({ vector }) => vector !== undefined), bindings);
  const batch = groupFrom(0, space.slice(0, -2), { text: "batch", home: root });
  const writer = writerFor(kernel, bindings, root, [batch], vectors);

  const type = typeOf(a.load.dtype);
  const sums = sumsOf(variant.rows, variant.vectors);
  for (const { sum } of sums) root.push(`var ${sum} = vec4<${type}>();`);
  const outer = new Block(root);
  const share = { threads, depth: team.depth, type };
  fill(a, root, outer, writer, { ...share, name: "a", first: "row", size: tileRows });
  fill(b, root, outer, writer, { ...share, name: "b", first: "column", size: tileColumns });
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
  finishAll(
    root,
    sums,
    (r) => `row + (y + ${unsigned(Math.floor(r / 4) * team.down)}) * 4u + ${unsigned(r % 4)}`,
    (v) => `column + (x + ${unsigned(v * team.across)}) * 4u + c`,
  );

  const finish = emitFinish(kernel, bindings, vectors);
  const main = /* wgsl */ `var<workgroup> tile_a: array<vec4<${type}>, ${
    tileRows / 4 * team.depth
  }>;
var<workgroup> tile_b: array<vec4<${type}>, ${tileColumns / 4 * team.depth}>;
${head} {\n${root}\n}`;
  const helpers = [...writer.helpers, ...finish.helpers];
  const code = assemble(kernel, bindings, vectors, helpers, finish.code, main);
  return { name: kernel.name, code, grid };
}

/** What a team loads of a factor: `size` neighbours along its side from `first` on, by `depth` steps along k from `start` on. */
interface Share {
  readonly name: string;
  readonly type: string;
  readonly first: string;
  readonly size: number;
  readonly depth: number;
  readonly threads: number;
}

/** Writes how the threads of a team fill their tile of a factor. */
function fill(
  { load, side, depth, base, vector }: Operand,
  root: Block,
  loop: Block,
  writer: Writer,
  share: Share,
): void {
  const start = root.name(writer.index(base).text);
  const alongDepth = vector === "depth" || vector === undefined && depth.stride === 1;
  const width = vector === undefined ? 1 : 4;
  const length = (alongDepth ? share.depth : share.size) / width;
  const turns = share.size * share.depth / width / share.threads;
  const zero = `vec4<${share.type}>()`;
  for (const turn of range(turns)) {
    // Number `n` of the tile lies `near` along the contiguous axis and `far` along the other.
    const n = `(lane + ${unsigned(turn * share.threads)})`;
    const near = `${n} % ${unsigned(length)} * ${unsigned(width)}`;
    const far = `${n} / ${unsigned(length)}`;
    const [s, k] = alongDepth ? [far, near] : [near, far];
    const [own, step] = [root.name(s), root.name(k)];
    const name = `${share.name}_${turn}`;
    const position = `min(${share.first} + ${own}, ${unsigned(side.size - 1)})`;
    const at = `${start} + ${position} * ${unsigned(side.stride)} + ` +
      `min(start + ${step}, ${unsigned(depth.size - 1)}) * ${unsigned(depth.stride)}`;
    const text = width === 4 ? writer.loadVector(load, at) : writer.loadText(load, at);
    loop.push(
      `let ${name}_is_inside = ${share.first} + ${own} < ${unsigned(side.size)} && ` +
        `start + ${step} < ${unsigned(depth.size)};`,
      `let ${name} = select(${
        width === 4 ? zero : `${share.type}()`
      }, ${text}, ${name}_is_inside);`,
    );
    const tile = (k: string) =>
      `tile_${share.name}[(${k}) * ${unsigned(share.size / 4)} + ${own} / 4u]`;
    if (vector === "side") loop.push(`${tile(step)} = ${name};`);
    else if (width === 1) loop.push(`${tile(step)}[${own} % 4u] = ${name};`);
    else {
      for (const e of range(4)) {
        loop.push(`${tile(`${step} + ${unsigned(e)}`)}[${own} % 4u] = ${name}.${"xyzw"[e]};`);
      }
    }
  }
}
