/**
 * Products by subgroups: threads that run in step take from each other what each has loaded, so that they need neither
 * workgroup memory nor barriers.
 *
 * A workgroup is one subgroup of S threads. Thread i computes `rows` rows of the columns from 4·i on. For every S steps
 * along k it loads the numbers of its rows at step i, and each step is then passed on to all by the thread that loaded it;
 * their columns of b they load themselves. At the edges rows and columns are clamped, as by threads that are alone.
 *
 * @module
 */
import type { MatmulKernel } from "../kernel.ts";
import { loadsOf, operandsOf, vectorBindings } from "./operand.ts";
import type { Bindings, Shader } from "./shader.ts";
import { assemble, groupFrom, groupsOf, writerFor } from "./shader.ts";
import { beginTile, emitFinish, finishAll, sumsOf } from "./tile.ts";
import { tilesOf, type Variant } from "./variants.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import { Block } from "./writer.ts";

/** Writes the shader of a product by subgroups. */
export function emitSubgroups(
  kernel: MatmulKernel,
  bindings: Bindings,
  variant: Variant,
  { size, enable }: NonNullable<Variant["subgroup"]>,
): Shader {
  const { space, over: [depth] } = kernel;
  const root = new Block();
  const lane = "subgroup_invocation_id";
  const { head, grid } = groupsOf(tilesOf(kernel, variant), root, size, lane);
  beginTile(root, kernel, variant);
  root.push("let own_column = column + lane * 4u;");
  const operands = operandsOf(kernel);
  const [a, b] = operands;
  const vectors = vectorBindings(operands.filter(({ vector }) => vector === "side"), bindings);
  const batch = groupFrom(0, space.slice(0, -2), { text: "batch", home: root });
  const writer = writerFor(kernel, bindings, root, [batch], vectors);
  const readA = loadsOf(a, root, writer, "a", "row", variant.rows);
  const readB = loadsOf(b, root, writer, "b", "own_column", 4);

  const type = typeOf(a.load.dtype);
  const sums = sumsOf(variant.rows, 1);
  for (const { sum } of sums) root.push(`var ${sum} = vec4<${type}>();`);
  const outer = new Block(root);
  outer.push(`let own_k = min(start + lane, ${unsigned(depth - 1)});`);
  const own = readA(outer, "own_k");
  const inner = new Block(outer);
  inner.push("let k = start + source;");
  inner.push(`let y = vec4<${type}>(${readB(inner, "k").join(", ")});`);
  for (const { r, sum } of sums) inner.push(`${sum} += subgroupShuffle(${own[r]}, source) * y;`);
  // Where S divides the depth, compilers know the end of the loop, and may unroll it.
  const steps = depth % size === 0
    ? unsigned(size)
    : `min(${unsigned(size)}, ${unsigned(depth)} - start)`;
  outer.attach(`for (var source = 0u; source < ${steps}; source++)`, inner);
  root.attach(
    `for (var start = 0u; start < ${unsigned(depth)}; start += ${unsigned(size)})`,
    outer,
  );
  finishAll(root, sums, (r) => `row + ${unsigned(r)}`, () => "own_column + c");

  const finish = emitFinish(kernel, bindings, vectors);
  const helpers = [...writer.helpers, ...finish.helpers];
  const main = `${head} {\n${root}\n}`;
  const code = enable + assemble(kernel, bindings, vectors, helpers, finish.code, main);
  return { name: kernel.name, code, grid };
}

/** The size of the subgroups of an adapter, if all have the same, so that a workgroup can have it too. */
export function subgroupSizeOf(info: GPUAdapterInfo): number | undefined {
  const { subgroupMinSize: least, subgroupMaxSize: most } = info;
  return least > 0 && least === most ? least : undefined;
}

/** The subgroup variants of a device; none where it has no subgroups, or where they differ in size. */
export async function subgroupVariantsOf(
  device: GPUDevice,
  info: GPUAdapterInfo,
): Promise<Variant[]> {
  const size = subgroupSizeOf(info);
  if (size === undefined) return [];
  // WGSL asks for the line, but Naga, the compiler of Deno 2.9, does not know it, and does without. Without the feature
  // neither compiles.
  for (const enable of ["enable subgroups;\n", ""]) {
    device.pushErrorScope("validation");
    device.createShaderModule({
      code: /* wgsl */ `${enable}@compute @workgroup_size(${size})
fn main(@builtin(subgroup_invocation_id) lane: u32) { _ = subgroupShuffle(lane, 0u); }`,
    });
    if (await device.popErrorScope() !== null) continue;
    return [4, 8].map((rows) => ({ rows, vectors: 1, subgroup: { size, enable } }));
  }
  return [];
}
