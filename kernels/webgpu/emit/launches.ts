/**
 * From a step to its launches: most kernels take one, but long reductions, long products with few outputs, and large
 * scatters take two, with memory between them.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { Slot, Step } from "../../device.ts";
import type { MatmulKernel, ReduceKernel, ScatterKernel } from "../../kernel.ts";
import { emitMap, emitScan } from "./emitter.ts";
import { emitMatmul, splitProduct } from "./matmul.ts";
import { emitReduce, reductionParts, split, turnsOf } from "./reduce.ts";
import { emitLinking, emitSearch, emitWalking, linking, listsOf, walking } from "./scatter.ts";
import type { Bindings, Shader } from "../wgsl/shader.ts";
import type { Choose } from "./variants.ts";

/** A step that is one launch, and the shader for it once its bindings are known. */
export interface Launch {
  readonly step: Step;
  /** How many turns the loops of a thread take together. */
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
    case "scan":
      return [{
        step,
        turns: kernel.space[kernel.axis],
        emit: (bindings) => emitScan(kernel, bindings),
      }];
    case "reduce":
      return launchesOfReduce(step, kernel, scratch);
    case "matmul":
      return launchesOfProduct(step, kernel, choose, scratch);
    case "scatter":
      return launchesOfScatter(step, kernel, scratch);
  }
}

function launchesOfReduce(
  step: Step,
  kernel: ReduceKernel,
  scratch: (size: number) => Slot,
): Launch[] {
  const parts = reductionParts(kernel);
  if (parts === 1) return [reduction(step, kernel)];
  const [first, second] = split(kernel, parts);
  const [one, two] = through(step, scratch(sizeOf(kernel.space) * parts));
  return [reduction(one(first), first, parts), reduction(two(second), second)];
}

const reduction = (step: Step, kernel: ReduceKernel, parts = 1): Launch => ({
  step,
  turns: turnsOf(kernel, parts),
  emit: (bindings) => emitReduce(kernel, bindings, parts),
});

function launchesOfProduct(
  step: Step,
  kernel: MatmulKernel,
  choose: Choose,
  scratch: (size: number) => Slot,
): Launch[] {
  const { variant, parts } = choose(kernel);
  const tiles = (step: Step, kernel: MatmulKernel): Launch => ({
    step,
    turns: 2 * kernel.over[0],
    emit: (bindings) => emitMatmul(kernel, bindings, variant),
  });
  if (parts === 1) return [tiles(step, kernel)];
  const [first, second] = splitProduct(kernel, parts);
  const [one, two] = through(step, scratch(sizeOf(kernel.space) * parts));
  return [tiles(one(first), first), reduction(two(second), second)];
}

function launchesOfScatter(
  step: Step,
  kernel: ScatterKernel,
  scratch: (size: number) => Slot,
): Launch[] {
  const lists = listsOf(kernel);
  if (lists === undefined) {
    return [{ step, turns: kernel.over[0], emit: (bindings) => emitSearch(kernel, bindings) }];
  }
  const { chunk, chunks, size } = lists;
  const [first, second] = [linking(kernel), walking(kernel)];
  const [one, two] = through(step, scratch(size));
  return [{
    step: one(first),
    turns: kernel.space[0] + chunk,
    emit: (bindings) => emitLinking(first, bindings, lists),
  }, {
    step: two(second),
    // One row may have all the updates: only the data knows.
    turns: chunks + kernel.over[0],
    emit: (bindings) => emitWalking(second, bindings, lists),
  }];
}

/** A step as two: the first writes `between` instead, the second reads it, last. */
function through(
  { reads, writes }: Step,
  between: Slot,
): [(kernel: Step["kernel"]) => Step, (kernel: Step["kernel"]) => Step] {
  return [
    (kernel) => ({ kernel, reads, writes: [between] }),
    (kernel) => ({ kernel, reads: [...reads, between], writes }),
  ];
}
