/**
 * Compiling functions of trees of tensors.
 *
 * @module
 */
import type { Buffer, Device, Executable } from "../kernels/device.ts";
import { topologicalOrder } from "../kernels/graph.ts";
import { plan } from "../kernels/plan.ts";
import { bufferOf, deviceOf, evaluate } from "./evaluate.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { type DType, Tensor, tensor, Trace } from "./tensor.ts";
import { treeLeaves, treePaths, treeUnflatten } from "./tree.ts";

/** Settings of {@linkcode jit}. */
export interface JitOptions {
  /** Where to run; the device that the arguments live on unless given. */
  readonly device?: Device;
  /**
   * The numbers of the arguments that a call may overwrite. Their tensors cannot be used afterwards; the memory of a
   * training step then stays the same for ever.
   */
  readonly donate?: readonly number[];
}

interface Compiled {
  readonly executable: Executable;
  /** The leaves that the program reads: parameters, by number, and tensors that the function closed over. */
  readonly inputs: readonly (number | Tensor)[];
  readonly outputs: readonly {
    readonly shape: Shape;
    readonly dtype: DType;
    readonly donor?: number;
  }[];
  /** A tree built like the result. */
  readonly form: unknown;
}

/**
 * Compiles f once for every form of its arguments (tree, shapes, dtypes) and from then on replays the program. Calls
 * return at once, with tensors whose contents may still be under way.
 *
 * f is traced: it must compute with its arguments by ops alone, and is not run again on a replay. Arguments and results are
 * trees of tensors; numbers in the arguments become float32 scalars.
 *
 * @example
 * ```ts
 * import { jit, mul, tensor } from "@echograd/echograd";
 * const double = jit((x: ReturnType<typeof tensor>) => mul(x, 2));
 * console.log(await double(tensor([1, 2])).read()); // Float32Array [ 2, 4 ]
 * ```
 */
export function jit<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  options: JitOptions = {},
): (...args: A) => R {
  const programs = new Map<Device, Map<string, Compiled>>();
  return (...args) => {
    const paths = treePaths(args);
    const leaves = treeLeaves(args).map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf));
    // Within a function that is itself being traced there is nothing to compile.
    if (leaves.some((leaf) => leaf.isTraced)) return f(...args);
    computePending(leaves, options.device);
    const device = options.device ?? deviceOf(leaves);
    let compiledHere = programs.get(device);
    if (compiledHere === undefined) programs.set(device, compiledHere = new Map());
    const key = leaves.map((x, i) => `${paths[i]} ${x.dtype} ${x.shape}`).join("\n");
    let compiled = compiledHere.get(key);
    if (compiled === undefined) {
      const donated = new Set(options.donate?.flatMap((n) => leafNumbers(args, n)));
      compiledHere.set(key, compiled = compile(f, args, leaves, donated, device));
    }
    return replay(compiled, leaves, donatedLeaves(args, leaves, options), device) as R;
  };
}

/** The numbers of the leaves that belong to argument n. */
function leafNumbers(args: readonly unknown[], n: number): number[] {
  const before = treeLeaves(args.slice(0, n)).length;
  return treeLeaves(args[n]).map((_, i) => before + i);
}

function donatedLeaves(
  args: readonly unknown[],
  leaves: readonly Tensor[],
  { donate = [] }: JitOptions,
): Set<Tensor> {
  const donated = new Set<Tensor>();
  for (const i of donate.flatMap((n) => leafNumbers(args, n))) {
    if (leaves.indexOf(leaves[i]) !== i || leaves.lastIndexOf(leaves[i]) !== i) {
      throw new TypeError(
        `Cannot donate the tensor at argument ${
          treePaths(args)[i]
        }: it is an argument a second time`,
      );
    }
    donated.add(leaves[i]);
  }
  return donated;
}

/** Replaces the expressions in a list by leaves that hold their contents; they are computed together. */
function computePending(tensors: Tensor[], device: Device | undefined): void {
  const pending = [...new Set(tensors.filter((x) => x.storage === undefined))];
  if (pending.length === 0) return;
  const buffers = evaluate(pending, device);
  const computed = new Map(pending.map((x, i) => [
    x,
    Tensor.leaf(Storage.ofBuffer(buffers[i], x.size, x.dtype), x.shape),
  ]));
  tensors.forEach((x, i) => tensors[i] = computed.get(x) ?? x);
}

/**
 * Computes all tensors of a tree in one program and returns the tree with their contents.
 *
 * @param device where to compute; unless given, where the data is.
 */
export function run<T>(tree: T, device?: Device): T {
  const leaves = treeLeaves(tree).map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf));
  computePending(leaves, device);
  return treeUnflatten(tree, leaves);
}

function compile<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
  donated: ReadonlySet<number>,
  device: Device,
): Compiled {
  const trace = new Trace(true);
  const parameters = leaves.map((x) => Tensor.parameter(x.shape, x.dtype, trace));
  const result = f(...treeUnflatten(args, parameters));
  trace.open = false;
  const outputs = treeLeaves(result).map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf));
  const used = topologicalOrder(outputs).filter((node) => node.lowering.kind === "leaf");
  const numbers = used.map((leaf) => parameters.indexOf(leaf));
  const mayOverwrite = new Set<number>();
  numbers.forEach((number, i) => {
    if (donated.has(number)) mayOverwrite.add(i);
  });
  const program = plan(outputs, used, device.traits, mayOverwrite);
  return {
    executable: device.compile(program),
    inputs: used.map((leaf, i) => numbers[i] >= 0 ? numbers[i] : leaf),
    outputs: outputs.map(({ shape, dtype }, i) => ({
      shape,
      dtype,
      donor: program.outputs[i].donor,
    })),
    form: treeUnflatten(result, outputs.map(() => 0)),
  };
}

function replay(
  { executable, inputs, outputs, form }: Compiled,
  leaves: readonly Tensor[],
  donated: ReadonlySet<Tensor>,
  device: Device,
): unknown {
  const tensors = inputs.map((input) => typeof input === "number" ? leaves[input] : input);
  const buffers = tensors.map((x) => bufferOf(x, device));
  const results: Buffer[] = outputs.map(({ shape, donor }) =>
    donor === undefined ? device.allocate(sizeOf(shape)) : buffers[donor]
  );
  executable.run(buffers, results);
  const overwritten = new Set(outputs.map(({ donor }) => donor).map((i) => tensors[i ?? -1]));
  for (const x of donated) {
    x.storage!.release("it was donated to a jitted call", overwritten.has(x) ? device : undefined);
  }
  return treeUnflatten(
    form,
    outputs.map(({ shape, dtype }, i) =>
      Tensor.leaf(Storage.ofBuffer(results[i], sizeOf(shape), dtype), shape)
    ),
  );
}
