/**
 * Compiling functions of trees of tensors.
 *
 * @module
 */
import type { Buffer, Device, Executable } from "../kernels/device.ts";
import { topologicalOrder } from "../kernels/graph.ts";
import { plan } from "../kernels/plan.ts";
import { bufferOf, deviceOf } from "./evaluate.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { compute, type DType, Tensor, tensor, Trace } from "./tensor.ts";
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
    compute(leaves, options.device);
    const device = options.device ?? deviceOf(leaves);
    let compiledHere = programs.get(device);
    if (compiledHere === undefined) programs.set(device, compiledHere = new Map());
    const key = leaves.map((x, i) => `${paths[i]} ${x.dtype} ${x.shape}`).join("\n");
    let compiled = compiledHere.get(key);
    if (compiled === undefined) {
      const donated = new Set(options.donate?.flatMap((n) => leafNumbers(args, n)));
      compiled = compile(f, args, leaves, donated, device);
      // f closed over an argument of a function that is being traced, and is a part of that one.
      if (compiled === undefined) return f(...args);
      compiledHere.set(key, compiled);
    }
    return replay(compiled, leaves, donatedLeaves(args, leaves, options), device) as R;
  };
}

/** The numbers of the leaves that belong to argument n. */
function leafNumbers(args: readonly unknown[], n: number): number[] {
  if (!(n in args)) {
    throw new RangeError(
      `Cannot donate argument ${n}: there are ${args.length} arguments, counted from 0`,
    );
  }
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

/**
 * Computes all tensors of a tree in one program; they keep what they hold from then on.
 *
 * @param device where to compute; unless given, where the data is.
 * @returns the tree
 */
export function run<T>(tree: T, device?: Device): T {
  compute(treeLeaves(tree).filter((leaf) => leaf instanceof Tensor), device);
  return tree;
}

function compile<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
  donated: ReadonlySet<number>,
  device: Device,
): Compiled | undefined {
  const trace = new Trace(true);
  const parameters = leaves.map((x) => Tensor.parameter(x.shape, x.dtype, trace));
  const result = f(...treeUnflatten(args, parameters));
  trace.open = false;
  const outputs = treeLeaves(result).map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf));
  if (outputs.some((y) => y.isTraced)) return undefined;
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
  if (inputs.some((input) => input instanceof Tensor && donated.has(input))) {
    throw new TypeError("Cannot donate a tensor that the function also closes over");
  }
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
    outputs.map(({ shape, dtype, donor }, i) =>
      Tensor.leaf(Storage.ofBuffer(results[i], sizeOf(shape), dtype, donor === undefined), shape)
    ),
  );
}
