/**
 * Compiling functions of trees of tensors.
 *
 * @module
 */
import type { Buffer, Device, Executable, Program } from "../kernels/device.ts";
import { topologicalOrder } from "../kernels/graph.ts";
import { plan } from "../kernels/plan.ts";
import { checkDevice, checkOptions } from "./checks.ts";
import { bufferOf, deviceOf } from "./evaluate.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { compute, type DType, Tensor, Trace } from "./tensor.ts";
import { tensor } from "./create.ts";
import { treeFlatten, treeLeaves, treeUnflatten } from "./tree.ts";

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

/** A function of a form of arguments as a program. */
export interface Traced {
  readonly program: Program;
  /** The leaves that the program reads: arguments, by number, and tensors that the function closed over. */
  readonly inputs: readonly (number | Tensor)[];
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  /** The numbers of the leaves that are donated. */
  readonly donated: readonly number[];
  /** A tree built like the result. */
  readonly form: unknown;
}

interface Compiled extends Traced {
  readonly executable: Executable;
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
  checkOptions("jit", options, "device", "donate");
  checkDevice(options.device);
  const programs = new Map<Device, Map<string, Compiled>>();
  return (...args) => {
    const { leaves, form } = flattenArguments(args);
    // Within a function that is itself being traced there is nothing to compile.
    if (leaves.some((leaf) => leaf.isTraced)) return f(...args);
    compute(leaves, options.device);
    const device = options.device ?? deviceOf(leaves);
    let compiledHere = programs.get(device);
    if (compiledHere === undefined) programs.set(device, compiledHere = new Map());
    const key = form + leaves.map((x) => ` ${x.dtype} ${x.shape}`);
    let compiled = compiledHere.get(key);
    if (compiled === undefined) {
      const traced = trace(f, args, leaves, device, options.donate);
      // f closed over an argument of a function that is being traced, and is a part of that one.
      if (traced === undefined) return f(...args);
      compiled = { ...traced, executable: device.compile(traced.program) };
      compiledHere.set(key, compiled);
    }
    return replay(compiled, leaves, device) as R;
  };
}

/** The leaves of some arguments, as tensors, and the form of the arguments without them. */
export function flattenArguments(args: readonly unknown[]): { leaves: Tensor[]; form: string } {
  const { leaves, form } = treeFlatten(args);
  return { leaves: leaves.map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf)), form };
}

/** The numbers of the leaves that belong to argument n. */
function leafNumbers(args: readonly unknown[], n: number): number[] {
  if (!(n in args)) {
    throw new RangeError(
      `Cannot donate argument ${n}: there ${
        args.length === 1 ? "is 1 argument" : `are ${args.length} arguments`
      }, counted from 0`,
    );
  }
  const before = treeLeaves(args.slice(0, n)).length;
  return treeLeaves(args[n]).map((_, i) => before + i);
}

/**
 * Computes all tensors of a tree in one program; they keep what they hold from then on. Host data is
 * copied to the device where one is given.
 *
 * @param device where to compute; unless given, where the data is.
 * @throws {TypeError} where the device is a name or a promise.
 * @returns the tree
 */
export function run<T>(tree: T, device?: Device): T {
  checkDevice(device);
  const leaves = treeLeaves(tree).filter((leaf) => leaf instanceof Tensor);
  compute(leaves, device);
  if (device !== undefined) {
    for (const { storage } of leaves) if (storage?.host) storage.on(device);
  }
  return tree;
}

/** Runs f on stand-ins for its arguments and plans what it computes; undefined where it depends on an outer trace. */
export function trace<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  args: A,
  leaves: readonly Tensor[],
  device: Device,
  donate: readonly number[] = [],
): Traced | undefined {
  const trace = new Trace();
  const parameters = leaves.map((x) => Tensor.parameter(x.shape, x.dtype, trace));
  const result = f(...treeUnflatten(args, parameters));
  trace.open = false;
  const outputs = treeLeaves(result).map((leaf) => leaf instanceof Tensor ? leaf : tensor(leaf));
  if (outputs.some((y) => y.isTraced)) return undefined;

  const used = topologicalOrder(outputs).filter((node) => node.lowering.kind === "leaf");
  const numbers = used.map((leaf) => parameters.indexOf(leaf));
  const donated = [...new Set(donate.flatMap((n) => leafNumbers(args, n)))];
  const overwritable = used.map((_, i) => i).filter((i) => donated.includes(numbers[i]));
  return {
    program: plan(outputs, used, device.traits, new Set(overwritable)),
    inputs: used.map((leaf, i) => numbers[i] >= 0 ? numbers[i] : leaf),
    outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    donated,
    form: treeUnflatten(result, outputs.map(() => 0)),
  };
}

const DONATED = Storage.gone("it was donated to a jitted call");

function replay(compiled: Compiled, leaves: readonly Tensor[], device: Device): unknown {
  const { executable, program, inputs, outputs, donated, form } = compiled;
  const tensors = inputs.map((input) => typeof input === "number" ? leaves[input] : input);
  checkDonations(donated.map((number) => leaves[number]), leaves, inputs);
  const buffers = tensors.map((x) => bufferOf(x, device));
  const results: Buffer[] = program.outputs.map(({ size, donor }) =>
    donor === undefined ? device.allocate(size) : buffers[donor]
  );
  executable.run(buffers, results);
  const storages = outputs.map(({ shape, dtype }, i) => {
    const { donor } = program.outputs[i];
    if (donor === undefined) return Storage.ofBuffer(results[i], sizeOf(shape), dtype);
    const storage = tensors[donor].surrender(DONATED);
    storage.overwritten(device);
    return storage;
  });
  for (const number of donated) {
    if (leaves[number].storage !== DONATED) leaves[number].surrender(DONATED).release("");
  }
  return treeUnflatten(form, outputs.map(({ shape }, i) => Tensor.leaf(storages[i], shape)));
}

/** Nobody else may read what a call overwrites. */
function checkDonations(
  donated: readonly Tensor[],
  leaves: readonly Tensor[],
  inputs: readonly (number | Tensor)[],
): void {
  if (donated.length === 0) return;
  const given = new Set(donated);
  if (leaves.reduce((n, leaf) => n + Number(given.has(leaf)), 0) > given.size) {
    throw new TypeError("Cannot donate a tensor that is an argument a second time");
  }
  if (inputs.some((input) => typeof input !== "number" && given.has(input))) {
    throw new TypeError("Cannot donate a tensor that the function also closes over");
  }
}
