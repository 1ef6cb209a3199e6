/**
 * The compiler: from a graph of tensors to a program of kernels, in five steps, each a file of this folder.
 *
 * @module
 */
import type { Program, Traits } from "../device.ts";
import type { Node } from "../graph.ts";
import { chooseStored } from "./choose.ts";
import { mergeEqual } from "./equal.ts";
import { kernelsOf } from "./kernels_of.ts";
import { placeInMemory } from "./memory.ts";
import { mergeKernels } from "./merge.ts";

/**
 * Compiles a graph.
 *
 * @param outputs the nodes to compute
 * @param inputs the leaves that the program may read, in the order of its input buffers
 * @param donated the numbers of the inputs that the program may overwrite
 */
export function compile(
  outputs: readonly Node[],
  inputs: readonly Node[],
  traits: Traits,
  donated: ReadonlySet<number> = new Set(),
): Program {
  const roots = mergeEqual(outputs); // nodes that compute the same become one
  const stored = chooseStored(roots, traits); // which nodes get a buffer …
  const calls = kernelsOf(roots, stored); // … and a kernel each
  const fewer = traits.fuses ? mergeKernels(calls, roots, traits) : calls;
  return placeInMemory(fewer, inputs, roots, donated); // slots, reuse, donation
}
