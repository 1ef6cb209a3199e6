/**
 * From a step to its launches. Most kernels take one. Long reductions, long products with few
 * outputs, and large scatters take two, with memory between them.
 *
 * @module
 */
import type { Slot, Step } from "../../device.ts";
import { sizeOf } from "../../graph.ts";
import type { Kernel, MatmulKernel, ReduceKernel } from "../../kernel.ts";
import { partsOfProduct, storingResult, totalOf } from "../../parts.ts";
import { emitMap, emitScan } from "./emitter.ts";
import { emitMatmul } from "./matmul.ts";
import { emitReduce, reductionParts, turnsOf } from "./reduce.ts";
import { emitLinking, emitSearch, emitWalking, listsOf } from "./scatter.ts";
import type { Bindings, Shader } from "../wgsl/shader.ts";
import { type Choose, turnsOfProduct, type Variant } from "./variants.ts";

/** A step that is one launch, and the shader for it once its bindings are known. */
export interface Launch {
  readonly step: Step;
  /** The number of turns that the loops of a thread take together. */
  readonly turns: number;
  readonly emit: (bindings: Bindings) => Shader;
}

/** The kernel of a launch; it may leave some elements for the next one, which loads them last. */
interface Stage extends Pick<Launch, "turns" | "emit"> {
  readonly kernel: Kernel;
  readonly leaves?: number;
}

/**
 * The launches of a step.
 *
 * @param choose how to compute products
 * @param scratch gives a slot of so many elements, for between the launches
 */
export function launchesOf(
  { kernel, reads, writes }: Step,
  choose: Choose,
  scratch: (size: number) => Slot,
): Launch[] {
  let left: readonly Slot[] = [];
  return stagesOf(kernel, choose).map(({ kernel, turns, emit, leaves }) => {
    const between = leaves === undefined ? [] : [scratch(leaves)];
    const step = {
      ...{ kernel, reads: [...reads, ...left] },
      writes: leaves === undefined ? writes : between,
    };
    left = between;
    return { step, turns, emit };
  });
}

function stagesOf(kernel: Kernel, choose: Choose): Stage[] {
  const outputs = sizeOf(kernel.space);
  switch (kernel.kind) {
    case "map":
      return [{ kernel, turns: 0, emit: (bindings) => emitMap(kernel, bindings) }];
    case "scan": {
      const turns = kernel.space[kernel.axis];
      return [{ kernel, turns, emit: (bindings) => emitScan(kernel, bindings) }];
    }
    case "reduce": {
      const { combine, body: { dtype } } = kernel;
      const parts = reductionParts(kernel);
      if (parts === 1) return [reduction(kernel)];
      const first = reduction(storingResult(kernel, dtype, "parts"), parts);
      const total = totalOf(kernel, combine, dtype, parts);
      return [{ ...first, leaves: outputs * parts }, reduction(total)];
    }
    case "matmul": {
      const { variant, parts } = choose(kernel);
      if (parts === 1) return [product(kernel, variant)];
      const first = product(partsOfProduct(kernel, parts), variant);
      const total = totalOf(kernel, "add", kernel.a.dtype, parts, true);
      return [{ ...first, leaves: outputs * parts }, reduction(total)];
    }
    case "scatter": {
      const lists = listsOf(kernel);
      const { over: [updates], body: { dtype } } = kernel;
      if (lists === undefined) {
        return [{ kernel, turns: updates, emit: (bindings) => emitSearch(kernel, bindings) }];
      }
      const { chunk, parts, share } = lists;
      const linking = storingResult(kernel, "uint32", "lists");
      const link: Stage = {
        kernel: linking,
        turns: kernel.space[0] + chunk,
        emit: (bindings) => emitLinking(linking, bindings, lists),
        leaves: lists.size,
      };
      const summing = parts === 1 ? kernel : storingResult(kernel, dtype, "parts");
      const walking = { ...summing, loads: [...kernel.loads, "uint32"] as const };
      const walk: Stage = {
        kernel: walking,
        turns: share + Math.min(share * chunk, updates), // one row may have all updates
        emit: (bindings) => emitWalking(walking, bindings, lists),
      };
      if (parts === 1) return [link, walk];
      const total = totalOf(kernel, "add", dtype, parts);
      return [link, { ...walk, leaves: outputs * parts }, reduction(total)];
    }
  }
}

const reduction = (kernel: ReduceKernel, parts = 1): Stage => ({
  kernel,
  turns: turnsOf(kernel, parts),
  emit: (bindings) => emitReduce(kernel, bindings, parts),
});

const product = (kernel: MatmulKernel, variant: Variant): Stage => ({
  kernel,
  turns: turnsOfProduct(kernel),
  emit: (bindings) => emitMatmul(kernel, bindings, variant),
});
