/**
 * Products by threads that work alone: each loads what it multiplies straight from the buffers. For adapters in software,
 * where there is nothing quicker than a buffer.
 *
 * At the edges rows and columns are clamped: computed twice, and not stored.
 *
 * @module
 */
import type { MatmulKernel } from "../kernel.ts";
import { emitFinish, finishAll, sumsOf } from "./finish.ts";
import { type Operand, operandsOf, range, vectorBindings } from "./operand.ts";
import type { Bindings, Shader } from "./shader.ts";
import { assemble, groupFrom, product, threadsOf, writerFor } from "./shader.ts";
import type { Variant } from "./variants.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import { Block, type Writer } from "./writer.ts";

/** Threads of a workgroup: as many as a processor computes at a time, so that its cores share even a small product. */
const TEAM = 8;

/** Writes the shader of a product in which every thread is alone. */
export function emitRegisters(kernel: MatmulKernel, bindings: Bindings, tile: Variant): Shader {
  const { space, over: [depth] } = kernel;
  const [rows, columns] = space.slice(-2);
  const batches = space.slice(0, -2);
  const across = Math.ceil(columns / (tile.vectors * 4));
  const down = Math.ceil(rows / tile.rows);

  const root = new Block();
  const { head, grid } = threadsOf(product(batches) * down * across, root, TEAM);
  root.push(
    `let batch = i / ${unsigned(across * down)};`,
    `let row = ((i / ${unsigned(across)}) % ${unsigned(down)}) * ${unsigned(tile.rows)};`,
    `let column = (i % ${unsigned(across)}) * ${unsigned(tile.vectors * 4)};`,
  );
  const operands = operandsOf(kernel);
  const [a, b] = operands;
  const vectors = vectorBindings(operands.filter(({ vector }) => vector === "side"), bindings);
  const batch = groupFrom(0, batches, { text: "batch", home: root });
  const writer = writerFor(kernel, bindings, root, [batch], vectors);
  const readA = prepare(a, root, writer, "a", "row", tile.rows);
  const readB = prepare(b, root, writer, "b", "column", tile.vectors * 4);

  const type = typeOf(a.load.dtype);
  const sums = sumsOf(tile.rows, tile.vectors);
  for (const v of range(tile.vectors)) {
    root.push(`let width${v} = min(4u, ${unsigned(columns)} - (column + ${unsigned(v * 4)}));`);
  }
  for (const { sum } of sums) root.push(`var ${sum} = vec4<${type}>();`);
  const loop = new Block(root);
  const x = readA(loop);
  const y = readB(loop);
  for (const v of range(tile.vectors)) {
    loop.push(`let y${v} = vec4<${type}>(${y.slice(v * 4, v * 4 + 4).join(", ")});`);
  }
  for (const { r, v, sum } of sums) loop.push(`${sum} += ${x[r]} * y${v};`);
  root.attach(`for (var k = 0u; k < ${unsigned(depth)}; k++)`, loop);
  finishAll(
    root,
    sums,
    (r) => `row + ${unsigned(r)}`,
    (v) => `column + ${unsigned(v * 4)} + c`,
    (v) => `width${v}`,
  );

  const finish = emitFinish(kernel, bindings, vectors);
  const helpers = [...writer.helpers, ...finish.helpers];
  const main = `${head} {\n${root}\n}`;
  const code = assemble(kernel, bindings, vectors, helpers, finish.code, main);
  return { name: kernel.name, code, grid };
}

/**
 * Writes where `count` neighbours from `first` on along the side begin, before the loop over k; `first` is a multiple of
 * four. The function that comes back writes the loads of one turn of the loop, and gives a text for each.
 */
function prepare(
  { load, side, depth, base, vector }: Operand,
  root: Block,
  writer: Writer,
  name: string,
  first: string,
  count: number,
): (loop: Block) => string[] {
  const width = vector === "side" ? 4 : 1;
  const start = writer.index(base).text;
  for (let n = 0; n < count; n += width) {
    const position = `min(${first} + ${unsigned(n)}, ${unsigned(side.size - width)})`;
    root.push(`let ${name}${n} = ${start} + ${position} * ${unsigned(side.stride)};`);
  }
  return (loop) => {
    for (let n = 0; n < count; n += width) {
      const at = `${name}${n} + k * ${unsigned(depth.stride)}`;
      const text = width === 4 ? writer.loadVector(load, at) : writer.loadText(load, at);
      loop.push(`let ${name}${n}_k = ${text};`);
    }
    return range(count).map((n) =>
      width === 4 ? `${name}${n - n % 4}_k.${"xyzw"[n % 4]}` : `${name}${n}_k`
    );
  };
}
