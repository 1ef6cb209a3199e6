/**
 * What an experiment is: a data set, a model, a loss and how to train it, written as JSON.
 *
 * @module
 */

import type { Treatment } from "../data/treatment.ts";
import type { Architecture } from "../models/architecture.ts";

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
  /**
   * What the original computed for constantThenLinear: after the middle epoch the rate falls to
   * next to nothing, and rises.
   */
  | { type: "alemiLegacy"; rate: number };

/** A whole experiment. */
export interface Config extends Treatment, Architecture {
  /** The name of a data set, or the path of files of one's own. */
  dataset: string;
  optimizer: OptimizerConfig;
  learningRate: LearningRate;
  /** Passes over the training images. */
  epochs: number;
  /** Stop where the validation loss has not fallen for so many epochs. */
  earlyStopping?: { patience: number };
  /** Train on the first so many images only. */
  limit?: number;
  /** The number that every random choice follows from. */
  seed: number;
}
