/**
 * The compiler: from a graph of tensors to a program of kernels, in six steps, each a file of this
 * folder.
 *
 * Worked example: y = softplus(x·w + b) with x [100, 784], w [784, 512] and b [512] is four nodes
 * over three leaves.
 *
 *     nodes     matmul   broadcastTo  add      softplus
 *     choose    stored   folded       folded   stored      products and outputs have buffers
 *     kernels   1. p = matmul(x, w)
 *               2. y = softplus(p + b)                     broadcastTo and add are in its formula
 *     merge     1. y = softplus(result of matmul(x, w) + b)
 *     order     1. alone
 *     memory    1. reads inputs 0, 1 and 2, writes output 0
 *
 * What the steps save, as kernels and bytes moved of a training step at batch 100:
 *
 * |             | all six steps  | without mergeEqual | without mergeKernels | one node a kernel |
 * |-------------|----------------|--------------------|----------------------|-------------------|
 * | vae         | 39, 19.2 MB    | 42, 19.2 MB        | 98, 28.9 MB          | 687, 98.7 MB |
 * | echo        | 51, 27.3 MB    | 55, 27.4 MB        | 128, 40.5 MB         | 1738, 197 MB |
 * | echo_matrix | 250, 86.9 MB   | 284, 87.3 MB       | 372, 100 MB          | 2692, 462 MB |
 * | iaf_prior   | 271, 194 MB    | 273, 194 MB        | 527, 249 MB          | 2366, 773 MB |
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
import { orderKernels } from "./order.ts";

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
  const ordered = orderKernels(fewer, roots); // early where that frees memory
  return placeInMemory(ordered, inputs, roots, donated); // slots, reuse, donation
}
