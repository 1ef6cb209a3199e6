/**
 * Products by teams: the threads of a workgroup load a tile of each factor into workgroup memory, and every thread then
 * reads from there what it multiplies. A tile of 64 by 64 loads each number of the buffers 64 times less often.
 *
 * Threads of a team load neighbours, along whichever axis of the factor is contiguous, four at a time where they can. What
 * lies beyond an edge is zero. Rows and columns of a thread lie apart by the size of the team, and tiles are one number
 * wider than they need be: so threads side by side read and write different banks of the memory.
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
  for (const r of range(variant.rows)) {
    const at = `k * ${unsigned(tileRows + 1)} + y + ${unsigned(r * team.down)}`;
    inner.push(`let a${r} = tile_a[${at}];`);
  }
  for (const v of range(variant.vectors)) {
    const elements = range(4).map((c) =>
      `tile_b[k * ${unsigned(tileColumns + 1)} + x + ${unsigned((v * 4 + c) * team.across)}]`
    );
    inner.push(`let b${v} = vec4<${type}>(${elements.join(", ")});`);
  }
  for (const { r, v, sum } of sums) inner.push(`${sum} += a${r} * b${v};`);
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
    (r) => `row + y + ${unsigned(r * team.down)}`,
    (v) => `column + x + (c + ${unsigned(v * 4)}) * ${unsigned(team.across)}`,
  );

  const finish = emitFinish(kernel, bindings, vectors);
  const main = /* wgsl */ `var<workgroup> tile_a: array<${type}, ${(tileRows + 1) * team.depth}>;
var<workgroup> tile_b: array<${type}, ${(tileColumns + 1) * team.depth}>;
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
    for (const e of range(width)) {
      const [kAt, sAt] = alongDepth
        ? [`${step} + ${unsigned(e)}`, own]
        : [step, `${own} + ${unsigned(e)}`];
      const value = width === 4 ? `${name}.${"xyzw"[e]}` : name;
      loop.push(`tile_${share.name}[(${kAt}) * ${unsigned(share.size + 1)} + ${sAt}] = ${value};`);
    }
  }
}
