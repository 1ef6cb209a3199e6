/**
 * Shows what a function becomes: its graph, its program, mathematics, code, memory and costs.
 *
 * @module
 */
import { describeProgram } from "../../kernels/describe.ts";
import type { Device, Program, Traits } from "../../kernels/device.ts";
import type { Node } from "../../kernels/graph.ts";
import { traitsOf, WebgpuDevice } from "../../kernels/webgpu/gpu.ts";
import { describe } from "../checks.ts";
import { deviceOf } from "../evaluate.ts";
import {
  checkJit,
  flattenArguments,
  type JitOptions,
  type OrNumbers,
  trace,
  type Traceable,
  type Traced,
} from "../jit.ts";
import type { Tensor } from "../tensor.ts";
import { javascriptText, wasmText, wgslText } from "./code.ts";
import { costsText } from "./costs.ts";
import { equationsText, type Named } from "./equations.ts";
import { graphText } from "./graph.ts";
import { memoryText } from "./memory.ts";
import { argumentNames, resultNames } from "./names.ts";

/** What is shown of a function, and the names of its inputs and outputs. */
interface Subject {
  readonly traced: Traced;
  readonly device: Device;
  readonly program: Program;
  readonly inputs: readonly Named[];
  readonly results: readonly Named[];
  readonly nameOf: (leaf: Node) => string;
}

/**
 * What {@linkcode explain} shows:
 * - `program`, the kernels in order, with their index spaces, operations and bytes, and the
 *   buffers;
 * - `graph`, the nodes that the calls of ops leave behind;
 * - `formula`, each kernel as mathematics;
 * - `js`, `wgsl` and `wasm`, the code that the reference device, a GPU and the CPU run;
 * - `memory`, the buffers as bars over the steps in which they hold a value;
 * - `costs`, for each node how often it is evaluated, and whether it is stored or folded.
 */
export type View = "program" | "graph" | "formula" | "js" | "wgsl" | "wasm" | "memory" | "costs";

const VIEWS: Record<View, (subject: Subject) => string> = {
  program: ({ program }) => describeProgram(program),
  graph: ({ traced: { roots }, nameOf, results }) =>
    graphText(roots, nameOf, results.map(({ name }) => name)),
  formula: ({ program, inputs, results }) => equationsText(program, inputs, results),
  js: ({ program }) => javascriptText(program),
  wgsl: ({ program, device }) =>
    wgslText(program, device instanceof WebgpuDevice ? device.machine.choose : undefined),
  wasm: ({ program }) => wasmText(program),
  memory: ({ program, inputs }) => memoryText(program, inputs.map(({ name }) => name)),
  costs: ({ traced: { roots }, device, nameOf }) => costsText(roots, device.traits, nameOf),
};

/** The names of all views. */
export const viewNames = (): View[] => Object.keys(VIEWS) as View[];

/** Settings of {@linkcode explain}. */
export interface ExplainOptions extends JitOptions {
  /** What to show; "program" unless given. */
  readonly as?: View;
}

/**
 * What {@linkcode jit} makes of f for some arguments, as text. Nothing is run, and no GPU is
 * needed. The names i0, o0 and s0 are an input, an output and a scratch buffer of the program.
 *
 * @example
 * ```ts
 * import { add, explain, mul, sin, type Tensor, tensor } from "@echograd/echograd";
 * import { assertStringIncludes } from "@std/assert";
 * const f = (x: Tensor, y: Tensor) => add(mul(x, y), sin(x));
 * const text = explain(f, { as: "formula" })(tensor([1, 2, 3]), tensor([4, 5, 6]));
 * assertStringIncludes(text, "out[i] = x[i]·y[i] + sin(x[i])");
 * ```
 * @throws {RangeError} where there is no such view; {Error} where f depends on the arguments of a
 * function being traced.
 */
export function explain<A extends readonly unknown[], R>(
  f: Traceable<A, R>,
  options: ExplainOptions = {},
): (...args: OrNumbers<A>) => string {
  const { as = "program", ...rest } = options;
  if (!Object.hasOwn(VIEWS, as)) {
    throw new RangeError(
      `Cannot explain as ${describe(as)}: the views are ${viewNames().join(", ")}`,
    );
  }
  checkJit("explain", f, rest);
  return (...args) => {
    const { leaves } = flattenArguments(args);
    const device = rest.device ?? deviceOf(leaves);
    const traced = trace(f, args, leaves, rest.donate);
    if (traced === undefined) {
      throw new Error(
        "Cannot explain a function that depends on the arguments of a function being traced",
      );
    }
    const traits = as === "wgsl" && device.name !== "webgpu" ? traitsOf() : device.traits;
    return VIEWS[as](subjectOf(f, args, leaves, traced, device, traits));
  };
}

function subjectOf(
  f: object,
  args: readonly unknown[],
  leaves: readonly Tensor[],
  traced: Traced,
  device: Device,
  traits: Traits,
): Subject {
  const names = argumentNames(f, args), outputs = resultNames(traced.form);
  let closedOver = 0;
  const inputs = traced.inputs.map((input): Named => {
    const isArgument = typeof input === "number";
    const { dtype, shape } = isArgument ? leaves[input] : input;
    return { name: isArgument ? names[input] : `c${closedOver++}`, dtype, shape };
  });
  const nameOfLeaf = new Map(traced.leaves.map((leaf, i) => [leaf, inputs[i].name]));
  return {
    traced,
    device,
    program: traced.plan(traits),
    inputs,
    results: traced.outputs.map((output, i) => ({ name: outputs[i], ...output })),
    nameOf: (leaf) => nameOfLeaf.get(leaf) ?? "leaf",
  };
}
