/**
 * From a kernel to its functions.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { Kernel } from "../../kernel.ts";
import { emitMap } from "./map.ts";
import { emitMatmul } from "./matmul.ts";
import type { Phases } from "./phase.ts";
import { emitScan } from "./scan.ts";
import { emitReduce } from "./reduce.ts";
import { emitScatter } from "./scatter.ts";

/**
 * Writes the functions of a kernel. `sizes` are the numbers of elements of the buffers that it
 * loads from.
 */
export function emit(kernel: Kernel, sizes: readonly number[]): Phases {
  if (sizeOf(kernel.space) === 0) return { phases: [] };
  switch (kernel.kind) {
    case "map":
      return { phases: [emitMap(kernel, sizes)] };
    case "reduce":
      return { phases: [emitReduce(kernel, sizes)] };
    case "scan":
      return { phases: [emitScan(kernel, sizes)] };
    case "scatter":
      return emitScatter(kernel, sizes);
    case "matmul":
      return emitMatmul(kernel, sizes);
  }
}
