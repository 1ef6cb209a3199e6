/**
 * Scatters. The terms of a sum are added in a fixed order. Atomic additions would not promise one,
 * and WGSL has none for floats.
 *
 * A small scatter takes a thread per element of the output, which looks through all updates for
 * those of its row. A larger one takes two launches. In the first, each thread takes a chunk of the
 * updates and links them to lists, one list a row, in order:
 *
 *     heads[chunk][row]   the first update of the chunk in this row, or NONE
 *     next[update]        the next one in the same list, or NONE
 *
 * In the second, a thread per element of the output walks along the lists of its row, chunk after
 * chunk. Where rows are few and updates many, the chunks are dealt to several such threads, and a
 * third launch adds up their sums.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { constantIndex } from "../../indexing.ts";
import type { ScatterKernel } from "../../kernel.ts";
import { load } from "../../scalar.ts";
import { cascade } from "./cascade.ts";
import { type Bindings, groupFrom, KernelWriter, type Shader, threadsOf } from "../wgsl/shader.ts";
import { unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/** This many comparisons of a row with an update are cheaper than another launch. */
const FEW = 1 << 20;
/**
 * A thread walks along this many updates at most, if there are few rows. llvmpipe ends loops after
 * 65,535 turns.
 */
const LONG = 1 << 15;
/** The least number of updates of a chunk. */
const CHUNK = 64;
/** The number of threads of a workgroup that links: few, so that there are many workgroups. */
const LINKERS = 8;
const NONE = "0xffffffffu";

/** Writes the shader in which every element looks through all updates. */
export function emitSearch(kernel: ScatterKernel, bindings: Bindings): Shader {
  const { space, over, row, body } = kernel;
  const root = new Block();
  const loop = new Block(root);
  const own = new Block(loop);
  const head = threadsOf(sizeOf(space), root);
  const i = groupFrom(0, space, "i", root);
  const within = (home: Block) =>
    new KernelWriter(kernel, bindings, root, [i, groupFrom(space.length, over, "u", home)]);
  const writer = within(loop);
  const sum = cascade(root, body.dtype, over[0]);
  root.push(`let row = i32(i / ${unsigned(sizeOf(space.slice(1)))});`);
  const target = writer.value(row).text;
  // Inside the condition, a second counter: updates for other rows are not even read.
  const inner = within(own);
  own.push(sum.include(inner.value(body).text));
  loop.attach(`if (${target} == row)`, own);
  root.attach(`for (var u = 0u; u < ${unsigned(over[0])}; u++)`, loop);
  writer.store(root, sum.value);
  inner.helpers.forEach(writer.use);
  return writer.shader(head);
}

/** How the updates of a scatter are listed. */
export interface Lists {
  /** The number of updates in a chunk, and the number of chunks. */
  readonly chunk: number;
  readonly chunks: number;
  /** The number of parts that a row's chunks are dealt to, and of the chunks of a part. */
  readonly parts: number;
  readonly share: number;
  /** Where `next` begins, behind the heads. */
  readonly next: number;
  /** The number of elements of heads and next together. */
  readonly size: number;
}

/** The lists of a scatter; undefined where searching is cheaper than another launch. */
export function listsOf({ space, over: [updates] }: ScatterKernel): Lists | undefined {
  if (sizeOf(space) * updates <= FEW && updates <= LONG) return undefined;
  // Not many more heads than updates: a thread passes both.
  const chunk = Math.max(CHUNK, Math.ceil(space[0] / 2));
  const chunks = Math.ceil(updates / chunk);
  // As many sums as there are updates, at most.
  const most = Math.max(1, Math.min(Math.ceil(updates / LONG), Math.floor(updates / space[0])));
  const share = Math.ceil(chunks / most);
  const next = chunks * space[0];
  return { chunk, chunks, parts: Math.ceil(chunks / share), share, next, size: next + updates };
}

/**
 * Writes the shader that links updates to lists. A thread goes backwards through its chunk, and
 * puts each update before those of its row that it has linked.
 */
export function emitLinking(kernel: ScatterKernel, bindings: Bindings, lists: Lists): Shader {
  const { space: [rows], over: [updates], row } = kernel;
  const root = new Block();
  const loop = new Block(root);
  const head = threadsOf(lists.chunks, root, LINKERS);
  root.push(
    `let first = i * ${unsigned(lists.chunk)};`,
    `let end = min(first + ${unsigned(lists.chunk)}, ${unsigned(updates)});`,
    `let heads = i * ${unsigned(rows)};`,
    `for (var r = 0u; r < ${unsigned(rows)}; r++) { output0[heads + r] = ${NONE}; }`,
  );
  loop.push("let u = end - 1u - n;");
  const axis = groupFrom(kernel.space.length, [updates], "u", loop);
  const writer = new KernelWriter(kernel, bindings, root, [axis]);
  loop.push(
    `let head = heads + u32(${writer.value(row).text});`,
    `output0[${unsigned(lists.next)} + u] = output0[head];`,
    "output0[head] = u;",
  );
  root.attach("for (var n = 0u; n < end - first; n++)", loop);
  return writer.shader(head);
}

/**
 * Writes the shader that walks along the lists, the last load of the kernel. Of several parts each
 * has a thread of its own, and the sums [...space, parts] are stored.
 */
export function emitWalking(kernel: ScatterKernel, bindings: Bindings, lists: Lists): Shader {
  const { space, over, body, loads } = kernel;
  const root = new Block();
  const outer = new Block(root);
  const loop = new Block(outer);
  const { parts, share, chunks } = lists;
  const head = threadsOf(sizeOf(space) * parts, root);
  const writer = new KernelWriter(kernel, bindings, root, [
    groupFrom(0, space, "element", root),
    groupFrom(space.length, over, "u", loop),
  ]);
  const links = load(loads.length - 1, constantIndex(0), "uint32");
  const link = (at: string) => writer.loadText(links, at);
  const sum = cascade(root, body.dtype, share * lists.chunk);
  root.push(
    `let element = i / ${unsigned(parts)};`,
    `let first = (i % ${unsigned(parts)}) * ${unsigned(share)};`,
    `let end = min(first + ${unsigned(share)}, ${unsigned(chunks)});`,
    `let row = element / ${unsigned(sizeOf(space.slice(1)))};`,
  );
  loop.push(sum.include(writer.value(body).text));
  const start = link(`chunk * ${unsigned(space[0])} + row`);
  const next = link(`${unsigned(lists.next)} + u`);
  outer.attach(`for (var u = ${start}; u != ${NONE}; u = ${next})`, loop);
  root.attach("for (var chunk = first; chunk < end; chunk++)", outer);
  writer.store(root, sum.value, parts > 1 ? "i" : undefined);
  return writer.shader(head);
}
