/**
 * A rate or a distortion on demand: β is adapted in training until the measure meets its target.
 *
 * To minimise the distortion D with a rate R = r, dual ascent raises the multiplier β while R > r
 * and lowers it while R < r. Here log β is the multiplier, which keeps β above 0, and the error is
 * relative, (R − r) / r, so that one gain suits all targets.
 *
 * The rate follows β with a delay of some 50 steps, so the ascent alone would swing around the
 * target. β therefore also has a factor e^(damping · error), which is 1 at the target. It damps the
 * swing as the quadratic term of an augmented Lagrangian does (Platt and Barr, NIPS 1987).
 *
 * Large errors, as in the first steps, are clipped. Otherwise β would fall almost to 0 before the
 * rate rises, and the codes learned then are bad.
 *
 * The rate of a batch is noisy, so its exponential mean is compared. The target is for the
 * validation images: after each epoch the aim for the training batches becomes the target minus the
 * difference between validation and training images.
 *
 * @module
 */

import { add, cast, div, exp, max, min, mul, sub, type Tensor, tensor } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { Losses } from "../models/model.ts";
import type { Metrics } from "../runs/history.ts";
import type { TargetState } from "../runs/checkpoint.ts";

/** Steps that the mean of the measure spans. */
const SPAN = 16;
/** The change of log β in a step, for an error of 1. */
const ASCENT = 0.06;
/** The change of log β for an error of 1 that vanishes with the error. */
const DAMPING = 8;
/** The largest error that counts. */
const BAND = 0.25;
/** The largest |log β| that the ascent reaches: β stays from .01 to 100. */
const MOST = 4.6;

/** The control of β, as pure functions of its state. */
export interface Target {
  init(): TargetState;
  /** The factor on the weights of the rate in the next step. */
  beta(state: TargetState): Tensor;
  /** The state after a step. */
  next(state: TargetState, losses: Losses, step: Tensor): TargetState;
  /** The state after an epoch that ended with these losses on validation and training images. */
  corrected(state: TargetState, valid: Metrics, train: Metrics): TargetState;
}

/** The control for the target of a config, if it has one. */
export function makeTarget({ rate, distortion }: Config): Target | undefined {
  if (rate === undefined && distortion === undefined) return undefined;
  const measure = rate !== undefined ? "rate" : "distortion";
  const target = rate ?? distortion!;
  // A rise of log β by 1 lowers the rate by about 60 % and raises the distortion by 20 %.
  const scale = rate !== undefined ? target : -target / 3;
  const within = (x: Tensor, most: number) => max(min(x, most), -most);
  const errorOf = ({ mean, aim }: TargetState) => within(div(sub(mean, aim), scale), BAND);
  return {
    init: () => ({ logBeta: tensor(0), mean: tensor(0), aim: tensor(target) }),
    beta: (state) => exp(add(state.logBeta, mul(errorOf(state), DAMPING))),
    next(state, losses, step) {
      // The first steps are averaged evenly: the mean starts as the first value.
      const share = max(div(1, add(cast(step, "float32"), 1)), 1 / SPAN);
      const mean = add(state.mean, mul(sub(losses[measure], state.mean), share));
      const after = { ...state, mean };
      const logBeta = add(state.logBeta, mul(errorOf(after), ASCENT));
      return { ...after, logBeta: within(logBeta, MOST) };
    },
    corrected(state, valid, train) {
      const aim = target - (valid[measure] - train[measure]);
      return { ...state, aim: tensor(aim) };
    },
  };
}
