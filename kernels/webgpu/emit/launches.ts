/**
 * From a step to its launches. Most kernels take one. Long reductions, long products with few
 * outputs, and large scatters take two, with memory between them.
 *
 * @module
 */
import type { Slot, Step } from "../../device.ts";
import { sizeOf } from "../../graph.ts";
import type { Kernel, MatmulKernel, ReduceKernel } from "../../kernel.ts";
import { emitMap, emitScan } from "./emitter.ts";
import { emitMatmul, splitProduct } from "./matmul.ts";
import { emitReduce, reductionParts, split, turnsOf } from "./reduce.ts";
import {
  emitLinking,
  emitSearch,
  emitWalking,
  linking,
  listsOf,
  totalling,
  walking,
} from "./scatter.ts";
import type { Bindings, Shader } from "../wgsl/shader.ts";
import type { Choose, Variant } from "./variants.ts";

/** A step that is one launch, and the shader for it once its bindings are known. */
export interface Launch {
  readonly step: Step;
  /** The number of turns that the loops of a thread take together. */
  readonly turns: number;
  readonly emit: (bindings: Bindings) => Shader;
}

/**
 * The launches of a step.
 *
 * @param choose how to compute products
 * @param scratch gives a slot of so many elements, for between the launches
 */
export function launchesOf(
  step: Step,
  choose: Choose,
  scratch: (size: number) => Slot,
): Launch[] {
  const { kernel } = step;
  switch (kernel.kind) {
    case "map":
      return [{ step, turns: 0, emit: (bindings) => emitMap(kernel, bindings) }];
    case "scan": {
      const turns = kernel.space[kernel.axis];
      return [{ step, turns, emit: (bindings) => emitScan(kernel, bindings) }];
    }
    case "reduce": {
      const parts = reductionParts(kernel);
      if (parts === 1) return [reduction(step, kernel)];
      const [first, second] = split(kernel, parts);
      const [one, two] = through(step, first, second, scratch(sizeOf(kernel.space) * parts));
      return [reduction(one, first, parts), reduction(two, second)];
    }
    case "matmul": {
      const { variant, parts } = choose(kernel);
      if (parts === 1) return [tiles(step, kernel, variant)];
      const [first, second] = splitProduct(kernel, parts);
      const [one, two] = through(step, first, second, scratch(sizeOf(kernel.space) * parts));
      return [tiles(one, first, variant), reduction(two, second)];
    }
    case "scatter": {
      const lists = listsOf(kernel);
      const [updates] = kernel.over;
      if (lists === undefined) {
        return [{ step, turns: updates, emit: (bindings) => emitSearch(kernel, bindings) }];
      }
      const [first, second] = [linking(kernel), walking(kernel, lists)];
      const [one, two] = through(step, first, second, scratch(lists.size));
      const { chunk, parts, share } = lists;
      const link: Launch = {
        step: one,
        turns: kernel.space[0] + chunk,
        emit: (bindings) => emitLinking(first, bindings, lists),
      };
      const walk: Launch = {
        step: two,
        turns: share + Math.min(share * chunk, updates), // one row may have all updates
        emit: (bindings) => emitWalking(second, bindings, lists),
      };
      if (parts === 1) return [link, walk];
      const [, total] = split(totalling(kernel), parts);
      const [{ writes }, added] = through(
        step,
        second,
        total,
        scratch(sizeOf(kernel.space) * parts),
      );
      return [link, { ...walk, step: { ...two, writes } }, reduction(added, total)];
    }
  }
}

const reduction = (step: Step, kernel: ReduceKernel, parts = 1): Launch => ({
  step,
  turns: turnsOf(kernel, parts),
  emit: (bindings) => emitReduce(kernel, bindings, parts),
});

const tiles = (step: Step, kernel: MatmulKernel, variant: Variant): Launch => ({
  step,
  turns: 2 * kernel.over[0],
  emit: (bindings) => emitMatmul(kernel, bindings, variant),
});

/** A step as two: the first writes `between`, and the second reads it as its last load. */
const through = (
  { reads, writes }: Step,
  first: Kernel,
  second: Kernel,
  between: Slot,
): [Step, Step] => [
  { kernel: first, reads, writes: [between] },
  { kernel: second, reads: [...reads, between], writes },
];
