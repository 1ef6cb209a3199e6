/**
 * What an experiment is: a data set, a model, a loss and how to train it, written as JSON.
 *
 * @module
 */

import { z } from "zod";
import { UserError } from "./errors.ts";
import { type Treatment, treatmentKeys } from "./data/treatment.ts";
import { suggest } from "./nearest.ts";

/** Elementwise functions that a hidden layer may end in. */
export type ActivationName = "softplus" | "relu" | "tanh" | "linear";

/** A dense hidden layer. */
export interface Layer {
  units: number;
  activation: ActivationName;
}

/** Echo noise: z = f(x) + S(x)·ε, where ε is built from the codes of the other examples of the batch. */
export interface EchoLatent {
  type: "echo";
  /** Dimensions of the code. */
  size: number;
  /** The mean f as a function of a dense layer's output: tanh(·/16), tanh(·/64), or the output itself. */
  mean: "tanh16" | "tanh64" | "linear";
  /** Terms of the truncated noise, at most; a batch of B allows B − 1. */
  dMax: number;
  /** The largest scale S; solved from dMax where it is left out. */
  clip?: number;
}

/** The variational autoencoder's diagonal Gaussian: z = μ(x) + σ(x)·ε, with ε standard normal. */
export interface GaussianLatent {
  type: "gaussian";
  /** Dimensions of the code. */
  size: number;
}

/** The noisy code between encoder and decoder. */
export type Latent = EchoLatent | GaussianLatent;

/** One term of the loss, in nats per image. */
export interface Term {
  /**
   * `reconstruction`: the distortion, Bernoulli cross-entropy summed over pixels. `rate`: what the latent code tells of
   * the image; exact for echo noise, the divergence from N(0, I) for a Gaussian.
   */
  type: "reconstruction" | "rate";
  weight: number;
}

/** Adam, with the names of its paper. */
export interface Optimizer {
  type: "adam";
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** The learning rate over the whole run. */
export type LearningRate =
  | { type: "constant"; rate: number }
  /** Constant for the first fraction of the steps, then straight down to 0. */
  | { type: "constantThenLinear"; rate: number; constantFraction: number };

/** A whole experiment. */
export interface Config extends Treatment {
  /** The name of a data set, or the path of files of one's own. */
  dataset: string;
  /** Layers from the image towards the code. */
  encoder: Layer[];
  latent: Latent;
  /** Layers from the code towards the image; a linear layer to the pixels' logits follows them. */
  decoder: Layer[];
  /** The loss is the weighted sum of these. */
  loss: Term[];
  optimizer: Optimizer;
  learningRate: LearningRate;
  /** Images in a batch. */
  batch: number;
  /** Passes over the training images. */
  epochs: number;
  /** Train on the first so many images only. */
  limit?: number;
  /** The number that every random choice follows from. */
  seed: number;
}

/** An object with just these keys; a misspelt key is answered with the nearest allowed one. */
function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key "${issue.keys[0]}"${suggest(issue.keys[0], Object.keys(shape))}`
        : undefined,
  });
}

const count = z.int().min(1);
const weight = z.number().min(0);
const fraction = z.number().min(0).max(1);

const layer = object({
  units: count,
  activation: z.enum(["softplus", "relu", "tanh", "linear"]),
});

const latent = z.discriminatedUnion("type", [
  object({
    type: z.literal("echo"),
    size: count,
    mean: z.enum(["tanh16", "tanh64", "linear"]).default("tanh16"),
    dMax: count.default(99),
    clip: z.number().gt(0).lt(1).optional(),
  }),
  object({ type: z.literal("gaussian"), size: count }),
]);

const learningRate = z.discriminatedUnion("type", [
  object({ type: z.literal("constant"), rate: z.number().positive() }),
  object({
    type: z.literal("constantThenLinear"),
    rate: z.number().positive(),
    constantFraction: fraction,
  }),
]);

const layers: Layer[] = [
  { units: 200, activation: "softplus" },
  { units: 200, activation: "softplus" },
];

const schema: z.ZodType<Config> = object({
  dataset: z.string().default("mnist_binarized"),
  ...treatmentKeys,
  encoder: z.array(layer).default(layers),
  latent,
  decoder: z.array(layer).default(layers),
  loss: z.array(object({ type: z.enum(["reconstruction", "rate"]), weight })).min(1).default([
    { type: "reconstruction", weight: 1 },
    { type: "rate", weight: 1 },
  ]),
  optimizer: object({
    type: z.literal("adam"),
    beta1: fraction,
    beta2: fraction,
    epsilon: z.number().positive(),
  }).default({ type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }),
  learningRate: learningRate.default({
    type: "constantThenLinear",
    rate: 1e-3,
    constantFraction: 0.5,
  }),
  batch: z.int().min(2).default(100),
  epochs: count.default(20),
  limit: count.optional(),
  seed: z.int().min(0).max(2 ** 32 - 1).default(0),
});

/**
 * A checked config, with the defaults filled in.
 *
 * @param value parsed JSON
 * @param source where it comes from, for messages
 * @throws {UserError} for the first thing wrong: its path, what was found, and what is allowed
 */
export function parseConfig(value: unknown, source: string): Config {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A misspelt key is often missing under its right name too: the misspelling says more.
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const path = issue.path.join(".");
  throw new UserError(`${path ? `${source}, ${path}` : source}: ${explain(issue, value)}`);
}

/** What an issue says, in our words where the checker does not name what it found. */
function explain(issue: z.core.$ZodIssue, config: unknown): string {
  const found = JSON.stringify(valueAt(config, issue.path)) ?? "nothing";
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.message;
    case "invalid_type":
      return `expected ${article(issue.expected)}, but found ${found}`;
    case "invalid_value":
      return `expected ${oneOf(issue.values)}, but found ${found}`;
    case "invalid_union":
      return `expected ${
        oneOf("options" in issue ? issue.options as string[] : [])
      }, but found ${found}`;
    case "too_small":
      return `expected ${
        issue.inclusive ? "at least" : "more than"
      } ${issue.minimum}, but found ${found}`;
    case "too_big":
      return `expected ${
        issue.inclusive ? "at most" : "less than"
      } ${issue.maximum}, but found ${found}`;
    default:
      return `${issue.message}, but found ${found}`;
  }
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  const step = (inner: unknown, key: PropertyKey) =>
    inner instanceof Object ? Reflect.get(inner, key) : undefined;
  return path.reduce(step, value);
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(" or ");
}

function article(type: string): string {
  if (type === "int") return "a whole number";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
