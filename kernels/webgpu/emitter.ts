/**
 * From kernel to shader: maps, scans and scatters, one thread an element or a line. Reductions and products have their
 * own files.
 *
 * The text of an elementwise product of a [4, 6] buffer with a [6] buffer:
 *
 * ```wgsl
 * let i = id.x + id.y * 64u;
 * if (i >= 24u) { return; }
 * let v0 = input1[i];
 * let v1 = i % 6u;
 * let v2 = input2[v1];
 * let v3 = v0 * v2;
 * output0[i] = v3;
 * ```
 *
 * @module
 */
import type { Kernel, MapKernel, ScanKernel, ScatterKernel } from "../kernel.ts";
import { emitMatmul } from "./matmul.ts";
import { emitReduce } from "./reduce.ts";
import type { Bindings, Shader } from "./shader.ts";
import { assemble, groupFrom, NO_VECTORS, product, store, threadsOf, writerFor } from "./shader.ts";
import { typeOf, unsigned } from "./wgsl.ts";
import { Block } from "./writer.ts";

/** Writes the shader of a kernel. A reduction in several `parts` stores [...space, parts] partial results. */
export function emit(kernel: Kernel, bindings: Bindings, parts = 1): Shader {
  switch (kernel.kind) {
    case "map":
      return emitMap(kernel, bindings);
    case "reduce":
      return emitReduce(kernel, bindings, parts);
    case "matmul":
      return emitMatmul(kernel, bindings);
    case "scan":
      return emitScan(kernel, bindings);
    case "scatter":
      return emitScatter(kernel, bindings);
  }
}

function emitMap(kernel: MapKernel, bindings: Bindings): Shader {
  const root = new Block();
  const { head, grid } = threadsOf(product(kernel.space), root);
  const i = groupFrom(0, kernel.space, { text: "i", home: root });
  const writer = writerFor(kernel, bindings, root, [i]);
  store(kernel, writer, root);
  const code = assemble(kernel, bindings, NO_VECTORS, writer.helpers, `${head} {\n${root}\n}`);
  return { name: kernel.name, code, grid };
}

/** One thread walks along each line. */
function emitScan(kernel: ScanKernel, bindings: Bindings): Shader {
  const { space, axis, exclusive, body } = kernel;
  const root = new Block();
  const loop = new Block(root);
  const others = space.map((_, other) => other).filter((other) => other !== axis);
  const sizes = others.map((other) => space[other]);
  const { head, grid } = threadsOf(product(sizes), root);
  const writer = writerFor(kernel, bindings, root, [
    { axes: others, sizes, counter: { text: "i", home: root } },
    groupFrom(axis, [space[axis]], { text: "j", home: loop }),
  ]);
  const type = typeOf(body.dtype);
  root.push(`var sum = ${type}(0);`);
  const element = writer.value(body).text;
  const include = `sum = sum + ${element};`;
  if (!exclusive) loop.push(include);
  loop.push("let result = sum;");
  writer.result = { text: "result", home: loop };
  // The element may lie where the result goes, so it was read above, before this stores.
  store(kernel, writer, loop);
  if (exclusive) loop.push(include);
  root.attach(`for (var j = 0u; j < ${unsigned(space[axis])}; j++)`, loop);
  const code = assemble(kernel, bindings, NO_VECTORS, writer.helpers, `${head} {\n${root}\n}`);
  return { name: kernel.name, code, grid };
}

/**
 * One thread per element of the output looks through all updates for its own: the order of the sum is fixed, which
 * atomic additions would not promise, and WGSL has none for floats. Simpler than sorting the updates by row, and slow
 * where there are many rows.
 */
function emitScatter(kernel: ScatterKernel, bindings: Bindings): Shader {
  const { space, over, row, body } = kernel;
  const root = new Block();
  const loop = new Block(root);
  const own = new Block(loop);
  const { head, grid } = threadsOf(product(space), root);
  const i = groupFrom(0, space, { text: "i", home: root });
  const u = groupFrom(space.length, over, { text: "u", home: loop });
  const writer = writerFor(kernel, bindings, root, [i, u]);
  root.push(`var sum = ${typeOf(body.dtype)}(0);`);
  root.push(`let row = i32(i / ${unsigned(product(space.slice(1)))});`);
  const target = writer.value(row).text;
  // Inside the condition, a second counter: updates for other rows are not even read.
  const inner = writerFor(kernel, bindings, root, [
    i,
    groupFrom(space.length, over, { text: "u", home: own }),
  ]);
  own.push(`sum = sum + ${inner.value(body).text};`);
  loop.attach(`if (${target} == row)`, own);
  root.attach(`for (var u = 0u; u < ${unsigned(over[0])}; u++)`, loop);
  root.push("let result = sum;");
  writer.result = { text: "result", home: root };
  store(kernel, writer, root);
  const helpers = [...writer.helpers, ...inner.helpers];
  const code = assemble(kernel, bindings, NO_VECTORS, helpers, `${head} {\n${root}\n}`);
  return { name: kernel.name, code, grid };
}
