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
import { IDENTITIES, sizeOf } from "../../graph.ts";
import type { ReduceKernel } from "../../kernel.ts";
import { constant } from "../../scalar.ts";
import {
  type Bindings,
  groupFrom,
  groupsOf,
  KernelWriter,
  type Shader,
  threadsOf,
} from "../wgsl/shader.ts";
import { callText, typeOf, unsigned } from "../wgsl/wgsl.ts";
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

const isLong = ({ space, over }: ReduceKernel): boolean =>
  sizeOf(over) >= LONG && sizeOf(space) < MANY;

/** The number of parts that the elements of an output are dealt to. */
export function reductionParts(kernel: ReduceKernel): number {
  if (!isLong(kernel)) return 1;
  const worthwhile = Math.floor(sizeOf(kernel.over) / (TEAM * SHARE));
  return Math.max(1, Math.min(worthwhile, Math.floor(FULL / sizeOf(kernel.space))));
}

/** The number of threads that share an output. */
const threadsFor = (kernel: ReduceKernel, parts: number): number =>
  parts === 1 && !isLong(kernel) ? 1 : TEAM * parts;

/** The number of turns that the loops of a thread take. */
export function turnsOf(kernel: ReduceKernel, parts: number): number {
  const own = Math.ceil(sizeOf(kernel.over) / threadsFor(kernel, parts));
  return own + Math.ceil(Math.sqrt(own)) + Math.log2(TEAM);
}

/**
 * Writes the shader of a reduction: one thread per output, or one workgroup per output or part of
 * an output. In several `parts` it stores [...space, parts] partial results.
 */
export function emitReduce(kernel: ReduceKernel, bindings: Bindings, parts: number): Shader {
  const { space, over, combine, body: { dtype } } = kernel;
  const step = threadsFor(kernel, parts);
  const root = new Block();
  const head = step === 1
    ? threadsOf(sizeOf(space), root)
    : groupsOf(sizeOf(space) * parts, root, TEAM);
  if (step > 1) {
    root.push(
      `let output = i / ${unsigned(parts)};`,
      `let first = (i % ${unsigned(parts)}) * ${unsigned(TEAM)} + lane;`,
    );
  }
  const first = step === 1 ? "0u" : "first";
  const loop = new Block(root);
  const writer = new KernelWriter(kernel, bindings, root, [
    groupFrom(0, space, step === 1 ? "i" : "output", root),
    groupFrom(space.length, over, "k", loop),
  ]);
  const identity = writer.value(constant(IDENTITIES[combine][dtype], dtype)).text;
  const combined = (a: string, b: string) => callText(combine, dtype, dtype, [a, b], writer.use);

  // The elements at `first`, `first` + step, … are combined in `total`.
  const type = typeOf(dtype);
  const count = unsigned(sizeOf(over));
  const own = Math.ceil(sizeOf(over) / step);
  const element = writer.value(kernel.body).text;
  root.push(`var total: ${type} = ${identity};`);
  if (combine === "max" || combine === "min" || own <= 16) {
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
  if (step === 1) {
    writer.store(root, "total");
    return writer.shader(head);
  }
  root.push(
    "shared_total[lane] = total;",
    `for (var half = ${unsigned(TEAM / 2)}; half > 0u; half /= 2u) {`,
    "  workgroupBarrier();",
    "  if (lane < half) {",
    `    shared_total[lane] = ${combined("shared_total[lane]", "shared_total[lane + half]")};`,
    "  }",
    "}",
  );
  const last = new Block(root);
  writer.store(last, "shared_total[0]", parts > 1 ? "i" : undefined);
  root.attach("if (lane == 0u)", last);
  return writer.shader(head, `var<workgroup> shared_total: array<${type}, ${TEAM}>;`);
}
