/**
 * A plan as ONNX files: the encoder, the flow of a code that has one, and the decoder.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { type Graph, makeGraph } from "./onnx_file.ts";
import type { EchoPlan, FlowPlan, GaussianPlan, Plan } from "./plan.ts";
import type { Sides, Step, Weights, Windows } from "./steps.ts";

/** The most bytes that a file of protocol buffers can have. */
const MOST_BYTES = 2 ** 31 - 1;

/** The operator of each activation. */
const ACTIVATIONS = { softplus: "Softplus", relu: "Relu", tanh: "Tanh" } as const;

/**
 * The bytes of each file by name.
 *
 * @param name of the run, for the description and messages
 * @throws {UserError} for codes whose scale is a matrix, and for weights above 2 GiB
 */
export function onnxFiles(plan: Plan, name: string): Map<string, Uint8Array> {
  const { code, weights } = plan;
  if (code.is === "matrix") {
    throw new UserError(
      `${name} has latent.type "echo_matrix", whose scale is a matrix: --to onnx writes codes with a ` +
        "log-scale for each dimension; --to safetensors has all weights",
    );
  }
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) {
    throw new UserError(
      `${name} has ${
        bytes.toLocaleString("en")
      } bytes of weights, but an ONNX file holds at most ` +
        `${MOST_BYTES.toLocaleString("en")}: --to safetensors has no such bound`,
    );
  }
  const files = new Map<string, Uint8Array>();
  files.set("encoder.onnx", encoderFile(plan, code, name));
  if (code.is === "gaussian" && code.flow) {
    files.set("flow.onnx", flowFile(plan, code.flow, name));
  }
  files.set("decoder.onnx", decoderFile(plan, name));
  return files;
}

/** images [batch, pixels] to mean and log_scale [batch, latent], and hidden if a flow takes it. */
function encoderFile(plan: Plan, code: EchoPlan | GaussianPlan, name: string): Uint8Array {
  const { image: [height, columns], size, width, weights } = plan;
  const graph = makeGraph("encoder", `The encoder of ${name}`);
  const images = graph.input("images", height * columns);
  const hidden = applySteps(graph, plan.encoder, images, weights);
  const [mean, scale] = ["mean", "scale"].map((head) =>
    dense(graph, `${head}_head`, hidden, weights, head)
  );
  const { number, node } = graph;
  if (code.is === "gaussian") {
    graph.output("mean", mean, size);
    graph.output("log_scale", node("Mul", "half", [scale, number("one_half", 0.5)]), size);
    if (code.flow?.context) graph.output("hidden", hidden, width);
    return graph.bytes();
  }
  const divided = node("Div", "divided", [mean, number("divisor", code.divisor)]);
  const f = code.mean === "tanh" ? node("Tanh", "f", [divided]) : divided;
  const bounded = code.bound === Infinity
    ? f
    : node("Clip", "bounded", [f, number("least", -code.bound), number("most", code.bound)]);
  graph.output("mean", node("Mul", "gained", [bounded, number("gain", code.gain)]), size);
  const shifted = node("Add", "shifted", [scale, number("shift", code.shift)]);
  // log σ(h) = −log (1 + e^−h).
  const logSigma = node("Neg", "log_sigma", [
    node("Softplus", "soft", [node("Neg", "negative", [shifted])]),
  ]);
  graph.output(
    "log_scale",
    node("Add", "log_s", [logSigma, number("log_clip", code.logClip)]),
    size,
  );
  return graph.bytes();
}

/** codes [batch, latent] to logits and pixels [batch, pixels]. */
function decoderFile({ image: [height, columns], size, decoder, weights }: Plan, name: string) {
  const graph = makeGraph("decoder", `The decoder of ${name}`);
  const last = applySteps(graph, decoder, graph.input("codes", size), weights);
  graph.output("logits", last, height * columns);
  graph.output("pixels", graph.node("Sigmoid", "probabilities", [last]), height * columns);
  return graph.bytes();
}

/**
 * base [batch, latent], and hidden if it takes that, to codes [batch, latent] and log_determinant
 * [batch].
 */
function flowFile({ size, weights }: Plan, flow: FlowPlan, name: string): Uint8Array {
  const graph = makeGraph("flow", `The inverse autoregressive flow of ${name}`);
  const { node, number, integers } = graph;
  let y = graph.input("base", size);
  const hidden = flow.context > 0 ? graph.input("hidden", flow.context) : undefined;
  const back = integers("backwards", Array.from({ length: size }, (_, i) => size - 1 - i));
  const bound = number("bound", 5), axes = integers("axis_of_dimensions", [1]);
  const parts = flow.shiftOnly ? 1 : 2;
  let logDeterminant: string | undefined;
  for (let step = 0; step < flow.steps; step++) {
    const own = (name: string) => `${step}_${name}`;
    const x = flow.reverse && step > 0 ? node("Gather", own("turned"), [y, back], { axis: 1 }) : y;
    let h = hidden === undefined ? x : node("Concat", own("input"), [hidden, x], { axis: 1 });
    for (let i = 0; i <= flow.hidden.length; i++) {
      h = dense(graph, own(`${i}`), h, weights, `latent.${step}.${i}`);
      if (i < flow.hidden.length && flow.activation !== "linear") {
        h = node(ACTIVATIONS[flow.activation], own(`${i}_${flow.activation}`), [h]);
      }
    }
    const part = (name: string, which: number) =>
      parts === 1 ? h : node("Gather", own(name), [
        h,
        integers(own(`places_of_${name}`), Array.from({ length: size }, (_, d) => d * 2 + which)),
      ], { axis: 1 });
    const shift = part("shift", 0);
    if (parts === 1) {
      y = node("Add", own("y"), [x, shift]);
      continue;
    }
    const a = node("Div", own("divided"), [part("a", 1), bound]);
    const logScale = node("Mul", own("log_scale"), [node("Tanh", own("tanh"), [a]), bound]);
    const scaled = node("Mul", own("scaled"), [x, node("Exp", own("scale"), [logScale])]);
    y = node("Add", own("y"), [scaled, shift]);
    const sum = node("ReduceSum", own("sum"), [logScale, axes], { keepdims: 0 });
    logDeterminant = logDeterminant === undefined
      ? sum
      : node("Add", own("log_determinant"), [logDeterminant, sum]);
  }
  graph.output("codes", y, size);
  if (logDeterminant !== undefined) graph.output("log_determinant", logDeterminant);
  return graph.bytes();
}

/** x·wᵀ + b; the array of weights may be used once in a graph. */
function dense(graph: Graph, name: string, x: string, weights: Weights, of: string): string {
  return graph.node("Gemm", `${name}_gemm`, [x, ...weightsOf(graph, weights, of)], { transB: 1 });
}

const weightsOf = (graph: Graph, weights: Weights, name: string): string[] =>
  [`${name}.weight`, `${name}.bias`].map((name) => graph.weights(name, weights.get(name)!));

function applySteps(graph: Graph, steps: readonly Step[], x: string, weights: Weights): string {
  return steps.reduce((x, step) => applyStep(graph, step, x, weights), x);
}

function applyStep(graph: Graph, step: Step, x: string, weights: Weights): string {
  const { name } = step;
  switch (step.does) {
    case "dense":
      return dense(graph, name, x, weights, name);
    case "activation":
      return graph.node(ACTIVATIONS[step.of], name, [x]);
    case "conv":
      return graph.node(
        "Conv",
        name,
        [x, ...weightsOf(graph, weights, name)],
        places(step.windows),
      );
    case "convTranspose": {
      const more = { output_padding: step.more };
      const attributes = { ...places(step.windows), ...more };
      return graph.node("ConvTranspose", name, [x, ...weightsOf(graph, weights, name)], attributes);
    }
    case "pool": {
      if (step.of === "max") return graph.node("MaxPool", name, [x], places(step.windows));
      return graph.node("AveragePool", name, [x], {
        ...places(step.windows),
        count_include_pad: 0,
      });
    }
    case "layerNorm": {
      const isImage = step.shape.length === 3;
      const last = isImage ? turned(graph, `${name}_channels_last`, x, LAST) : x;
      const inputs = [last, ...weightsOf(graph, weights, name)];
      const y = graph.node("LayerNormalization", name, inputs, { axis: -1, epsilon: { f: 1e-5 } });
      return isImage ? turned(graph, `${name}_channels_first`, y, FIRST) : y;
    }
    case "view": {
      const { from, to } = step;
      const rows = from.length === 3 ? turned(graph, `${name}_channels_last`, x, LAST) : x;
      const shape = graph.integers(`${name}_shape`, [-1, ...to]);
      const y = graph.node("Reshape", name, [rows, shape]);
      return to.length === 3 ? turned(graph, `${name}_channels_first`, y, FIRST) : y;
    }
  }
}

/** The axes of [batch, channels, height, width] that make the channels the last ones, and back. */
const LAST = [0, 2, 3, 1], FIRST = [0, 3, 1, 2];

const turned = (graph: Graph, name: string, x: string, perm: readonly number[]): string =>
  graph.node("Transpose", name, [x], { perm });

const places = ({ window, stride, padding }: Windows) => ({
  kernel_shape: window,
  strides: stride,
  pads: sides(padding),
});

const sides = (
  { top, left, bottom, right }: Sides,
): readonly number[] => [top, left, bottom, right];
