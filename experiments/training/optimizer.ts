/**
 * The optimizer of a config.
 *
 * @module
 */

import { adam, adamw, type Optimizer, type Schedule, sgd } from "../../mod.ts";
import type { OptimizerConfig } from "../config/config.ts";
import type { Params } from "../models/model.ts";
import type { OptimizerState } from "../runs/checkpoint.ts";

/** Each type of optimizer takes the keys of its config as options. */
const MAKERS = { adam, adamw, sgd };

/** The optimizer that a config describes. */
export function makeOptimizer(
  config: OptimizerConfig,
  learningRate: Schedule,
): Optimizer<Params, OptimizerState> {
  const { type, ...settings } = config;
  const make = MAKERS[type] as (options: object) => Optimizer<Params, OptimizerState>;
  return make({ ...settings, learningRate });
}
