/**
 * The config of an experiment: a data set, a model, a loss and how to train it, written as JSON.
 *
 * @module
 */

import type { Treatment } from "../data/treatment.ts";
import type { Architecture } from "../models/architecture.ts";

/** Adam, with the names from its paper. */
interface Adam {
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** The optimizer and its settings. */
export type OptimizerConfig =
  | { type: "adam" } & Adam
  /** Adam with decoupled weight decay: each step shrinks all parameters by a share. */
  | { type: "adamw"; weightDecay: number } & Adam
  /** Gradient descent with momentum. */
  | { type: "sgd"; momentum: number; nesterov: boolean };

/** The learning rate over the whole run. */
export type LearningRate =
  | { type: "constant"; rate: number }
  /** Constant for the first fraction of the steps, then linear down to 0. */
  | { type: "constantThenLinear"; rate: number; constantFraction: number }
  /** 3ⁱ epochs at rate·10^(−i/7), for i = 0 … 7. */
  | { type: "iwae"; rate: number }
  /**
   * What the original computed instead of constantThenLinear: after the middle epoch the rate drops
   * to almost 0 and then rises.
   */
  | { type: "alemiLegacy"; rate: number };

/** A whole experiment. */
export interface Config extends Treatment, Architecture {
  /** The name of a data set, or the path of your own files. */
  dataset: string;
  optimizer: OptimizerConfig;
  /** The largest norm of a gradient over all parameters; a longer one is scaled down to it. */
  gradientClipping?: number;
  learningRate: LearningRate;
  /**
   * β as a share of its value over the training: in each of `cycles` equal parts it rises linearly
   * from 0 to 1 in the first `fraction`, and then stays. One cycle is a warm-up.
   */
  betaSchedule?: { cycles: number; fraction: number };
  /** The rate that the validation images should have at the end; β is adapted until they do. */
  rate?: number;
  /** The distortion that they should have, likewise. */
  distortion?: number;
  /** The number of passes over the training images. */
  epochs: number;
  /** Stops after `patience` epochs without a lower validation loss. */
  earlyStopping?: { patience: number };
  /** Train on only this number of images, the first ones. */
  limit?: number;
  /** The seed of all randomness. */
  seed: number;
}
