/**
 * What is below tensors, for people who write kernels and devices: formulas and indices, kernels,
 * programs, the interface of a device, and the compiler that makes programs of graphs.
 *
 * @example A kernel by hand: the squares of four numbers
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openDevice } from "@echograd/echograd";
 * import { indexing, type Kernel, scalar } from "@echograd/echograd/kernels";
 *
 * const [i] = indexing.axesOf([4]);
 * const x = scalar.load(0, i, "float32"); // element i of the kernel's first input
 * const kernel: Kernel = {
 *   kind: "map",
 *   name: "square",
 *   space: [4],
 *   loads: ["float32"],
 *   stores: [{ dtype: "float32", value: scalar.mul(x, x) }],
 * };
 *
 * const device = await openDevice("cpu");
 * const program = device.compile({
 *   steps: [{
 *     kernel,
 *     reads: [{ kind: "input", number: 0 }],
 *     writes: [{ kind: "output", number: 0 }],
 *   }],
 *   inputs: [4],
 *   outputs: [{ size: 4 }],
 *   scratch: [],
 * });
 * const input = device.allocate(4), output = device.allocate(4);
 * device.write(input, Float32Array.of(1, 2, 3, 4), "float32");
 * program.run([input], [output]);
 * assertEquals(await device.read(output, 4, "float32"), Float32Array.of(1, 4, 9, 16));
 * device.close();
 * ```
 *
 * @module
 */
export type {
  Atom,
  Call,
  Constant,
  Expr,
  FunctionCall,
  Index,
  Intrinsic,
  IntrinsicFunction,
  KernelResult,
  Load,
  Operation,
  Position,
  ScalarOp,
  Term,
} from "./formula.ts";
export type { Combine, Lowering, Node, ReadElement } from "./graph.ts";
export type {
  Common,
  Kernel,
  MapKernel,
  MatmulKernel,
  ReduceKernel,
  ScanKernel,
  ScatterKernel,
  Store,
} from "./kernel.ts";
export type { Buffer, Executable, Program, Slot, Step, Traits } from "./device.ts";
export { compile } from "./compiler/compile.ts";
export { describeProgram } from "./describe.ts";
export * as intrinsics from "./intrinsics.ts";
export * as indexing from "./indexing.ts";
export * as scalar from "./scalar.ts";
