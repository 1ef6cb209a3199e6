/**
 * Reductions. Short ones, and those with many outputs, take a thread per output. Long ones take a
 * workgroup per output: its threads take turns along the elements, and a tree in workgroup memory
 * combines their results. Where the workgroups are too few for the machine, the elements of an
 * output are dealt to several, and a second launch combines the partial results.
 *
 * A sum adds numbers of like size as far as possible: a thread first sums blocks of about √k of its
 * k elements. So the rounding error grows with √k or slower, not with k.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { add, axisIndex, scale } from "../../indexing.ts";
import { outputIndex, type ReduceKernel } from "../../kernel.ts";
import { load, result } from "../../scalar.ts";
import type { Bindings, Shader } from "../wgsl/shader.ts";
import {
  assemble,
  combining,
  groupFrom,
  groupsOf,
  store,
  threadsOf,
  writerFor,
} from "../wgsl/shader.ts";
import { toStored, typeOf, unsigned } from "../wgsl/wgsl.ts";
import type { Writer } from "../wgsl/writer.ts";
import { Block } from "../wgsl/writer.ts";

/**
 * The number of threads that work together on one output, and of the numbers in their memory.
 * WebGPU fills workgroup memory with zeros. OpenGL gets the zeros as a list of constants, on which
 * Mesa spends quadratic time: .06 s for 64 numbers, .9 s for 256.
 */
const TEAM = 64;
/** With fewer elements per output, a thread alone is quicker. */
const LONG = 128;
/** With this many outputs the machine is full without teams. */
const MANY = 16384;
/**
 * The number of elements per thread that are worth another workgroup, and of the workgroups that
 * fill the machine.
 */
const SHARE = 16, FULL = 1024;

/**
 * Writes the shader of a reduction; in several `parts` it stores [...space, parts] partial results.
 */
export function emitReduce(kernel: ReduceKernel, bindings: Bindings, parts: number): Shader {
  return parts === 1 && !isLong(kernel)
    ? emitAlone(kernel, bindings)
    : emitTeam(kernel, bindings, parts);
}

const isLong = ({ space, over }: ReduceKernel): boolean =>
  sizeOf(over) >= LONG && sizeOf(space) < MANY;

/** The number of parts that the elements of an output are dealt to. */
export function reductionParts(kernel: ReduceKernel): number {
  if (!isLong(kernel)) return 1;
  const worthwhile = Math.floor(sizeOf(kernel.over) / (TEAM * SHARE));
  return Math.max(1, Math.min(worthwhile, Math.floor(FULL / sizeOf(kernel.space))));
}

/** The number of turns that the loops of a thread take. */
export function turnsOf(kernel: ReduceKernel, parts: number): number {
  const threads = parts === 1 && !isLong(kernel) ? 1 : TEAM * parts;
  const own = Math.ceil(sizeOf(kernel.over) / threads);
  return own + Math.ceil(Math.sqrt(own)) + Math.log2(TEAM);
}

/**
 * A reduction as two kernels: one stores partial results, and the other reduces them, its last
 * load.
 */
export function split(kernel: ReduceKernel, parts: number): [ReduceKernel, ReduceKernel] {
  const { space, body, loads } = kernel;
  const dtype = body.dtype;
  const at = add(scale(outputIndex(space), parts), axisIndex(space.length, parts));
  return [
    { ...kernel, name: `${kernel.name} (parts)`, stores: [{ dtype, value: result(dtype) }] },
    { ...kernel, over: [parts], loads: [...loads, dtype], body: load(loads.length, at, dtype) },
  ];
}

/**
 * Adds a variable `total` to the root block, and the loops in which it combines the elements at
 * `first`, `first` + step, … The element at hand is `k`; `output` names the variable that counts
 * the outputs.
 */
function accumulate(
  kernel: ReduceKernel,
  bindings: Bindings,
  root: Block,
  output: string,
  first: string,
  step: number,
): { writer: Writer; type: string; combined: (a: string, b: string) => string } {
  const { space, over, combine, body } = kernel;
  const loop = new Block(root);
  const writer = writerFor(kernel, bindings, root, [
    groupFrom(0, space, { text: output, home: root }),
    groupFrom(space.length, over, { text: "k", home: loop }),
  ]);
  const { identity, combined } = combining(combine, body.dtype, writer);
  const type = typeOf(body.dtype);
  const count = unsigned(sizeOf(over));
  const own = Math.ceil(sizeOf(over) / step);
  const element = writer.value(body).text;
  root.push(`var total: ${type} = ${identity};`);
  if (combine === "max" || own <= 16) {
    loop.push(`total = ${combined("total", element)};`);
    root.attach(`for (var k = ${first}; k < ${count}; k += ${unsigned(step)})`, loop);
  } else {
    const block = unsigned(Math.ceil(Math.sqrt(own)) * step);
    const outer = new Block(root);
    outer.push(`var sum: ${type} = ${identity};`, `let end = min(start + ${block}, ${count});`);
    loop.push(`sum = ${combined("sum", element)};`);
    outer.attach(`for (var k = start; k < end; k += ${unsigned(step)})`, loop);
    outer.push(`total = ${combined("total", "sum")};`);
    root.attach(`for (var start = ${first}; start < ${count}; start += ${block})`, outer);
  }
  return { writer, type, combined };
}

/** One thread per output. */
function emitAlone(kernel: ReduceKernel, bindings: Bindings): Shader {
  const root = new Block();
  const head = threadsOf(sizeOf(kernel.space), root);
  const { writer } = accumulate(kernel, bindings, root, "i", "0u", 1);
  root.push("let result = total;");
  writer.result = { text: "result", home: root };
  store(kernel, writer, root);
  return assemble(kernel, bindings, head, root, writer.helpers);
}

/** One workgroup per output, or per part of an output. */
function emitTeam(kernel: ReduceKernel, bindings: Bindings, parts: number): Shader {
  const root = new Block();
  const last = new Block(root);
  const head = groupsOf(sizeOf(kernel.space) * parts, root, TEAM);
  root.push(
    `let output = i / ${unsigned(parts)};`,
    `let first = (i % ${unsigned(parts)}) * ${unsigned(TEAM)} + lane;`,
  );
  const { writer, type, combined } = accumulate(
    kernel,
    bindings,
    root,
    "output",
    "first",
    TEAM * parts,
  );
  root.push(
    "shared_total[lane] = total;",
    `for (var half = ${unsigned(TEAM / 2)}; half > 0u; half /= 2u) {`,
    "  workgroupBarrier();",
    "  if (lane < half) {",
    `    shared_total[lane] = ${combined("shared_total[lane]", "shared_total[lane + half]")};`,
    "  }",
    "}",
  );
  last.push("let result = shared_total[0];");
  writer.result = { text: "result", home: last };
  if (parts > 1) last.push(`output0[i] = ${toStored("result", kernel.body.dtype)};`);
  else store(kernel, writer, last);
  root.attach("if (lane == 0u)", last);
  const shared = `var<workgroup> shared_total: array<${type}, ${TEAM}>;`;
  return assemble(kernel, bindings, head, root, writer.helpers, { declarations: [shared] });
}
