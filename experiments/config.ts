/**
 * What an experiment is: a data set, a model, a loss and how to train it, written as JSON.
 *
 * @module
 */

import type { Treatment } from "./data/treatment.ts";
import { UserError } from "./errors.ts";
import { problemsOf, schema } from "./config_schema.ts";
import { issueText } from "./config_issue.ts";
import type { Choice } from "./models/kinds.ts";
import type * as LATENTS from "./models/latents/mod.ts";
import type { Layer } from "./models/layers.ts";
import type * as PRIORS from "./models/priors/mod.ts";
import type { ReconName } from "./models/recon.ts";
import type * as TERMS from "./models/terms/mod.ts";

/** The noisy code between encoder and decoder: its kind and, for all kinds, its size. */
export type LatentConfig = Choice<typeof LATENTS, { /** Dimensions of the code. */ size: number }>;

/** What codes are likely before an image is seen. */
export type PriorConfig = Choice<typeof PRIORS>;

/** One term of the loss, in nats per image. */
export type TermConfig = Choice<typeof TERMS, { weight: number }>;

/** Adam, with the names of its paper. */
export interface OptimizerConfig {
  type: "adam";
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** The learning rate over the whole run. */
export type LearningRate =
  | { type: "constant"; rate: number }
  /** Constant for the first fraction of the steps, then straight down to 0. */
  | { type: "constantThenLinear"; rate: number; constantFraction: number }
  /** 3ⁱ epochs at rate·10^(−i/7), for i = 0 … 7. */
  | { type: "iwae"; rate: number }
  /** What the original computed for constantThenLinear: after the middle epoch the rate falls to next to nothing, and rises. */
  | { type: "alemiLegacy"; rate: number };

/** A whole experiment. */
export interface Config extends Treatment {
  /** The name of a data set, or the path of files of one's own. */
  dataset: string;
  /** Layers from the image towards the code. */
  encoder: Layer[];
  latent: LatentConfig;
  prior: PriorConfig;
  /** Layers from the code towards the image; a linear layer to the pixels' logits follows them. */
  decoder: Layer[];
  /** What the distortion is: Bernoulli cross-entropy, or the squared error, summed over pixels. */
  recon: ReconName;
  /** The loss is the weighted sum of these. */
  loss: TermConfig[];
  /** Codes that are drawn of each image in training and evaluation. */
  samples: number;
  optimizer: OptimizerConfig;
  learningRate: LearningRate;
  /** Images in a batch. */
  batch: number;
  /** Passes over the training images. */
  epochs: number;
  /** Stop where the validation loss has not fallen for so many epochs. */
  earlyStopping?: { patience: number };
  /** Train on the first so many images only. */
  limit?: number;
  /** The number that every random choice follows from. */
  seed: number;
}

/**
 * A checked config, with the defaults filled in.
 *
 * @param value parsed JSON
 * @param source where it comes from, for messages
 * @throws {UserError} for the first thing wrong: its path, what was found, and what is allowed
 */
export function parseConfig(value: unknown, source: string): Config {
  const result = schema.safeParse(value);
  if (!result.success) throw new UserError(`${source}${issueText(result.error, value)}`);
  const [problem] = problemsOf(result.data);
  if (problem !== undefined) throw new UserError(`${source}, ${problem}`);
  return result.data;
}
