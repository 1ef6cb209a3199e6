/**
 * Compiling functions of trees of tensors.
 *
 * @module
 */
import type { Device, Executable, Program, Traits } from "../kernels/device.ts";
import { type Node, topologicalOrder } from "../kernels/graph.ts";
import { compile } from "../kernels/compiler/compile.ts";
import { checkArray, checkDevice, checkFunction, checkOptions, isDevice } from "./checks.ts";
import { type Compilation, teller } from "./compilations.ts";
import { bufferOf, deviceOf, launch } from "./evaluate.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { type DType, Tensor } from "./tensor.ts";
import { tensor } from "./create.ts";
import { isTracing, withTrace } from "./trace.ts";
import { treeFlatten, treeLeaves, treeUnflatten } from "./tree.ts";

/** Settings of {@linkcode jit}. */
export interface JitOptions {
  /** The device to run on; the device of the arguments unless given. */
  readonly device?: Device;
  /**
   * The numbers of the arguments that a call may overwrite. Their tensors cannot be used
   * afterwards. A training step that donates its state needs no new memory. None
   * unless given.
   */
  readonly donate?: readonly number[];
  /** The name of the function in messages; its own name unless given. */
  readonly name?: string;
  /** Called after each compilation; nothing unless given. */
  readonly onCompile?: (compilation: Compilation) => void;
  /**
   * The number of forms that may be compiled before a warning, once, by console.warn; 8 unless
   * given. Infinity silences it.
   */
  readonly mostForms?: number;
}

/** A tree as a jitted function sees and returns it: numbers have become tensors. */
export type AsTensors<T> = T extends Tensor ? T
  : [T] extends [number] ? Tensor
  : T extends object ? { [K in keyof T]: AsTensors<T[K]> }
  : T;
/** A tree as a jitted function takes it: numbers may stand for tensors. */
export type OrNumbers<T> = T extends Tensor ? T | number
  : T extends object ? { [K in keyof T]: OrNumbers<T[K]> }
  : T;

/**
 * A function that can be traced: one that takes tensors, not numbers, at the leaves of its
 * arguments.
 */
export type Traceable<A extends readonly unknown[], R> =
  & ((...args: A) => R)
  & ((...args: AsTensors<A>) => unknown);

/** A tree that a function returns. The tuple makes TypeScript infer a pair of `[a, b]`. */
export type Result = Tensor | number | object | [unknown];

/**
 * A compiled function. The last signature is that of f, so that `grad(jit(f))` has the types of
 * `grad(f)`.
 */
export interface Jitted<A extends readonly unknown[], R> {
  /** Calls the function; numbers may stand for tensors. */
  (...args: OrNumbers<A>): AsTensors<R>;
  /** Calls the function. */
  (...args: A): AsTensors<R>;
}

/** The trace of a function for one form of arguments. */
export interface Traced {
  readonly plan: (traits: Traits) => Program;
  /** The nodes of the outputs, and the leaves under them, in the order of `inputs`. */
  readonly roots: readonly Node[];
  readonly leaves: readonly Node[];
  /**
   * The leaves that the program reads: arguments, by number, and tensors that the function closes
   * over.
   */
  readonly inputs: readonly (number | Tensor)[];
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  /** The numbers of the leaves that are donated. */
  readonly donated: readonly number[];
  /** A tree built like the result. */
  readonly form: unknown;
}

interface Compiled extends Traced {
  readonly program: Program;
  readonly executable: Executable;
}

/**
 * Compiles f once for every form of its arguments (tree, shapes, dtypes) and then replays the
 * program. Calls return at once; the device may still be computing the contents of the results.
 *
 * f is traced: it must compute with its arguments by ops alone, and a replay does not call it
 * again. Arguments and results are trees of tensors. A caller may give a number instead of a
 * tensor: f gets a float32 scalar, so f must declare a tensor there. Numbers among the results
 * become float32 scalars, too.
 *
 * Within a function that is being differentiated or compiled, a call that depends on the arguments
 * of that function, also by a tensor that f closes over, becomes a part of it: f is called again.
 *
 * @example
 * ```ts
 * import { jit, mul, tensor } from "@echograd/echograd";
 * const double = jit((x: ReturnType<typeof tensor>) => mul(x, 2));
 * console.log(await double(tensor([1, 2])).read()); // Float32Array [ 2, 4 ]
 * ```
 */
export function jit<A extends readonly unknown[], R extends Result>(
  f: Traceable<A, R>,
  options: JitOptions = {},
): Jitted<A, R> {
  checkJit("jit", f, options);
  const tell = teller(options.name ?? f.name, options.onCompile, options.mostForms);
  const programs = new Map<Device, Map<string, Compiled>>();
  const call = (args: readonly unknown[]): unknown => {
    const { leaves, form } = flattenArguments(args);
    const inline = () => {
      const result = f(...treeUnflatten(args, leaves) as A);
      return treeUnflatten(result, treeLeaves(result).map(asTensor));
    };
    if (leaves.some((leaf) => leaf.isTraced)) return inline();
    Tensor.compute(leaves, options.device);
    const device = options.device ?? deviceOf(leaves);
    let compiledHere = programs.get(device);
    if (compiledHere === undefined) programs.set(device, compiledHere = new Map());
    const key = form + leaves.map((x) => ` ${x.dtype} ${x.shape}`);
    let compiled = compiledHere.get(key);
    // A tensor that f closes over may be traced now, though it was not when f was compiled.
    if (compiled === undefined || isTracing()) {
      const start = performance.now();
      const traced = trace(f, args, leaves, options.donate);
      if (traced === undefined) return inline();
      if (compiled === undefined) {
        const program = traced.plan(device.traits);
        compiled = { ...traced, program, executable: device.compile(program) };
        compiledHere.set(key, compiled);
        const milliseconds = performance.now() - start;
        tell({ leaves, kernels: program.steps.length, milliseconds, device });
      }
    }
    return replay(compiled, leaves, device);
  };
  return (...args: readonly unknown[]) => call(args) as AsTensors<R>;
}

/** Refuses what is no function, unknown options, and a device instead of the options. */
export function checkJit(op: string, f: unknown, options: JitOptions): void {
  checkFunction(op, f);
  if (isDevice(options)) {
    throw new TypeError(`Cannot ${op} with a device for options: write { device }`);
  }
  checkOptions(op, options, "device", "donate", "name", "onCompile", "mostForms");
  checkDevice(options.device);
  if (options.donate !== undefined) checkArray(options.donate, "donate", "[0]");
}

/** The leaves of the arguments, as tensors, and the form of the arguments without them. */
export function flattenArguments(args: readonly unknown[]): { leaves: Tensor[]; form: string } {
  const { leaves, form } = treeFlatten(args);
  return { leaves: leaves.map(asTensor), form };
}

const asTensor = (leaf: Tensor | number): Tensor => leaf instanceof Tensor ? leaf : tensor(leaf);

/** The numbers of the leaves that belong to argument n. */
function leafNumbers(args: readonly unknown[], n: number): number[] {
  if (!(n in args)) {
    const there = args.length === 1 ? "is 1 argument" : `are ${args.length} arguments`;
    throw new RangeError(`Cannot donate argument ${n}: there ${there}, counted from 0`);
  }
  const before = treeLeaves(args.slice(0, n)).length;
  return treeLeaves(args[n]).map((_, i) => before + i);
}

/**
 * Computes all tensors of a tree in one program. They keep their contents. If a device is given,
 * host data is copied to it. Within a function that is being differentiated or compiled, tensors
 * that depend on its arguments stay expressions.
 *
 * @param device the device to compute on; the device of the data unless given
 * @throws {TypeError} where the device is a name or a promise.
 * @returns the tree
 */
export function run<T>(tree: T, device?: Device): T {
  checkDevice(device);
  const leaves = treeLeaves(tree).filter((leaf) => leaf instanceof Tensor);
  Tensor.compute(leaves, device);
  if (device !== undefined) {
    for (const { storage } of leaves) if (storage?.host) storage.on(device);
  }
  return tree;
}

/**
 * Calls f with parameters instead of its arguments; undefined if the result depends on an outer
 * trace.
 */
export function trace<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: readonly unknown[],
  leaves: readonly Tensor[],
  donate: readonly number[] = [],
): Traced | undefined {
  const { parameters, result } = withTrace((trace) => {
    const parameters = leaves.map((x) => Tensor.parameter(x.shape, x.dtype, trace));
    return { parameters, result: f(...treeUnflatten(args, parameters) as A) };
  });
  const outputs = treeLeaves(result).map(asTensor);
  if (outputs.some((y) => y.isTraced)) return undefined;

  const used = topologicalOrder(outputs).filter((node) => node.lowering.kind === "leaf");
  const numbers = used.map((leaf) => parameters.indexOf(leaf));
  const donated = [...new Set(donate.flatMap((n) => leafNumbers(args, n)))];
  const overwritable = used.map((_, i) => i).filter((i) => donated.includes(numbers[i]));
  return {
    plan: (traits) => compile(outputs, used, traits, new Set(overwritable)),
    roots: outputs,
    leaves: used,
    inputs: used.map((leaf, i) => numbers[i] >= 0 ? numbers[i] : leaf),
    outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    donated,
    form: treeUnflatten(result, outputs.map(() => 0)),
  };
}

const DONATED = "it was donated to a jitted call";

function replay(compiled: Compiled, leaves: readonly Tensor[], device: Device): unknown {
  const { executable, program, inputs, outputs, donated, form } = compiled;
  const tensors = inputs.map((input) => typeof input === "number" ? leaves[input] : input);
  checkDonations(donated.map((number) => leaves[number]), leaves, inputs);
  const buffers = tensors.map((x) => bufferOf(x, device));
  const results = launch(device, executable, buffers, program.outputs);
  const storages = outputs.map(({ shape, dtype }, i) => {
    const { donor } = program.outputs[i];
    if (donor === undefined) return Storage.ofBuffer(results[i], sizeOf(shape), dtype);
    return tensors[donor].storage!.handOver(device, DONATED);
  });
  for (const number of donated) leaves[number].storage!.release(DONATED);
  return treeUnflatten(form, outputs.map(({ shape }, i) => Tensor.leaf(storages[i], shape)));
}

/** Refuses donations of tensors that the call reads a second time, as it may overwrite them. */
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
