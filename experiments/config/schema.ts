/**
 * The schema of a config: the allowed values and the default of each key. Run as a program, it
 * writes the JSON Schema with which editors complete and check configs.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Config, LearningRate, OptimizerConfig } from "./config.ts";
import { issueText } from "../shell/issue.ts";
import { UserError } from "../shell/errors.ts";
import { treatmentKeys } from "../data/treatment.ts";
import { writeFile } from "../shell/files.ts";
import { MOST_LAYERS } from "../models/keys.ts";
import type { Table } from "../models/kinds.ts";
import * as LATENTS from "../models/latents/mod.ts";
import { DEFAULT_LAYERS } from "../models/network.ts";
import * as PRIORS from "../models/priors/mod.ts";
import * as TERMS from "../models/terms/mod.ts";
import { betaOf as weightOfRate } from "../models/beta.ts";
import { latentOf } from "../models/rules.ts";
import { main } from "../shell/program.ts";
import { count, fraction, type Keys, object, positive, share } from "../shell/keys.ts";
import { choiceOf, layerSchema } from "./rules.ts";

/** The committed JSON Schema. */
export const SCHEMA_FILE: string = fileURLToPath(new URL("./config.schema.json", import.meta.url));

const learningRates: z.ZodType<LearningRate>[] = [
  object({ type: z.literal("constant"), rate: positive }),
  object({
    type: z.literal("constantThenLinear"),
    rate: positive,
    constantFraction: fraction.default(0.5),
  }),
  object({ type: z.literal("iwae"), rate: positive.default(1e-3) }),
  object({ type: z.literal("alemiLegacy"), rate: positive.default(3e-4) }),
];

const adamKeys = {
  beta1: share.default(0.9),
  beta2: share.default(0.999),
  epsilon: z.number().min(2 ** -126).lt(2 ** 128).default(1e-7),
};

const optimizers: z.ZodType<OptimizerConfig>[] = [
  object({ type: z.literal("adam"), ...adamKeys }),
  object({
    type: z.literal("adamw"),
    ...adamKeys,
    weightDecay: z.number().min(0).default(0.004)
      .describe("Each step multiplies all parameters by 1 − weightDecay · the learning rate"),
  }),
  object({
    type: z.literal("sgd"),
    momentum: share.default(0),
    nesterov: z.boolean().default(false),
  }),
];

const layers = z.array(layerSchema).max(MOST_LAYERS).default([...DEFAULT_LAYERS]);

const keys: Keys<Config> = {
  dataset: z.string().default("mnist_binarized")
    .describe("The name of a data set, or the path of your own files"),
  ...treatmentKeys,
  encoder: layers.describe("Hidden layers from the image to the code"),
  latent: choiceOf(LATENTS, { size: count.describe("Dimensions of the code") })
    .describe("The noisy code between encoder and decoder"),
  prior: choiceOf(PRIORS, {}).default({ type: "standard" })
    .describe("The distribution of codes before an image is seen"),
  decoder: layers.describe(
    "Hidden layers from the code to the image; unless the last one is a convolution, a linear " +
      "layer to the logits follows them",
  ),
  recon: z.enum(["bce", "mse"]).default("bce").describe(
    "The distortion, summed over pixels: Bernoulli cross-entropy or squared error",
  ),
  loss: z.array(choiceOf(TERMS, { weight: z.number().min(0) })).min(1).max(MOST_LAYERS).default([
    { type: "reconstruction", weight: 1 },
    { type: "rate", weight: 1 },
  ]).describe("The loss is the weighted sum of these terms, in nats per image"),
  samples: count.default(1).describe("The number of codes drawn for each image"),
  optimizer: z.discriminatedUnion("type", optimizers as unknown as [z.ZodObject])
    .default({ type: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-7 })
    .describe("Adam, Adam with weight decay, or gradient descent") as z.ZodType as z.ZodType<
      OptimizerConfig
    >,
  gradientClipping: positive.optional().describe(
    "The largest norm of a gradient over all parameters; a longer one is scaled down to it",
  ),
  learningRate: z.discriminatedUnion("type", learningRates as unknown as [z.ZodObject])
    .default({ type: "constantThenLinear", rate: 1e-3, constantFraction: 0.5 })
    .describe("The learning rate over the whole run") as z.ZodType as z.ZodType<LearningRate>,
  betaSchedule: object({
    cycles: count.default(1),
    fraction: z.number().gt(0).max(1).default(0.5),
  }).optional().describe(
    "β rises linearly from 0 in the first fraction of each cycle; one cycle is a warm-up",
  ),
  rate: positive.optional().describe(
    "The rate on the validation images in nats, to which β is adapted",
  ),
  distortion: positive.optional().describe(
    "The distortion on the validation images in nats, to which β is adapted",
  ),
  batch: z.int().min(2).default(100).describe("The number of images in a batch"),
  epochs: count.default(20).describe("The number of passes over the training images"),
  earlyStopping: object({ patience: count }).optional()
    .describe("Stop after `patience` epochs without a lower validation loss"),
  limit: count.optional().describe("Train on only this number of images, the first ones"),
  seed: z.int().min(0).max(2 ** 32 - 1).default(0)
    .describe("The seed of all randomness"),
};

const withSchema = object<Config & { $schema?: string }>({
  ...keys,
  $schema: z.string().optional(),
});

/** The schema. It drops the key $schema, with which a file names its JSON Schema. */
const schema: z.ZodType<Config> = withSchema.transform(({ $schema: _, ...config }) => config);

/** The config with the options whose default depends on others. */
function completed(config: Config): Config {
  const table: Table = LATENTS;
  const latent = table[config.latent.type].complete?.(config.latent) ?? config.latent;
  return { ...config, latent: latent as Config["latent"] };
}

/** A sentence for each part of a config that does not fit the others; it begins with a path. */
function problemsOf(config: Config): string[] {
  const ask = (table: Table, choice: { readonly type: string }, path: string) =>
    table[choice.type].problem?.(choice, config, path) ?? [];
  const problems = [
    ask(LATENTS, config.latent, "latent"),
    ask(PRIORS, config.prior, "prior"),
    optimizerProblem(config.optimizer),
    ...config.loss.map((term, i) => ask(TERMS, term, `loss.${i}`)),
  ].flat();
  // A latent layer with a problem cannot be asked for its least rate.
  return problems.length > 0 ? problems : targetProblem(config);
}

/** The sentence for a target that cannot be met, or that leaves nothing to adapt. */
function targetProblem(config: Config): string[] {
  const { rate, distortion, betaSchedule, earlyStopping, loss, latent } = config;
  if (rate === undefined && distortion === undefined) return [];
  const key = rate !== undefined ? "rate" : "distortion";
  if (rate !== undefined && distortion !== undefined) {
    return ["rate: β can be adapted to a rate or to a distortion, but the config has both"];
  }
  if (betaSchedule !== undefined) {
    return [`betaSchedule: β is adapted to the ${key}, so betaSchedule must be left out`];
  }
  if (earlyStopping !== undefined) {
    return [`earlyStopping: the ${key} is met at the end of all epochs, so it must be left out`];
  }
  if (weightOfRate(loss) === 0) {
    return [`${key}: β is adapted to it, but the loss has no rate term with a weight above 0`];
  }
  const least = latentOf(config).leastRate ?? 0;
  if (rate === undefined || rate > least) return [];
  return [
    `rate: expected more than ${least.toPrecision(4)}, the least rate of latent.type ` +
    `"${latent.type}" with its clip and latent.size ${latent.size}, but found ${rate}`,
  ];
}

function optimizerProblem(optimizer: OptimizerConfig): string[] {
  if (optimizer.type !== "sgd" || !optimizer.nesterov || optimizer.momentum > 0) return [];
  return ["optimizer.momentum: expected more than 0 for nesterov, but found 0"];
}

/**
 * The JSON Schema of configs as people write them, in which keys with a default may be left out.
 */
export function jsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(withSchema, { io: "input" }), null, 2) + "\n";
}

/**
 * Checks a config and fills in the defaults.
 *
 * @param value parsed JSON
 * @param source where the config comes from, for messages
 * @throws {UserError} for the first mistake: its path, what was found, and what is allowed
 */
export function parseConfig(value: unknown, source: string): Config {
  const result = schema.safeParse(value);
  if (!result.success) throw new UserError(`${source}${issueText(result.error, value)}`);
  const config = completed(result.data);
  const [problem] = problemsOf(config);
  if (problem !== undefined) throw new UserError(`${source}, ${problem}`);
  return config;
}

if (import.meta.main) await main(() => writeFile(SCHEMA_FILE, jsonSchema()));
