/**
 * From a kernel to its functions.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { Kernel } from "../../kernel.ts";
import { emitMap } from "./map.ts";
import { emitMatmul } from "./matmul.ts";
import type { Phase, Phases } from "./phase.ts";
import { emitScan } from "./scan.ts";
import { emitReduce } from "./reduce.ts";
import { emitScatter } from "./scatter.ts";

const alone = (phase: Phase): Phases => ({ phases: [phase], scratch: 0, own: 0 });

/**
 * Writes the functions of a kernel. `sizes` are the numbers of elements of the buffers that it
 * loads from.
 */
export function emit(kernel: Kernel, sizes: readonly number[]): Phases {
  if (sizeOf(kernel.space) === 0) return { phases: [], scratch: 0, own: 0 };
  switch (kernel.kind) {
    case "map":
      return alone(emitMap(kernel, sizes));
    case "reduce":
      return alone(emitReduce(kernel, sizes));
    case "scan":
      return alone(emitScan(kernel, sizes));
    case "scatter":
      return emitScatter(kernel, sizes);
    case "matmul":
      return emitMatmul(kernel, sizes);
  }
}
