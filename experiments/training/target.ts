/**
 * A rate or a distortion on demand: β is adapted in training until the measure meets its target.
 *
 * To minimise the distortion D with a rate R = r, dual ascent raises the multiplier β while R > r
 * and lowers it while R < r. Here log β is the multiplier, which keeps β above 0, and the error is
 * relative, (R − r) / r, so that one gain suits all targets. Two things make it converge within an
 * epoch or two:
 *
 * - The rate follows β with a delay of some 50 steps, so the ascent alone would swing around the
 *   target. β therefore also has a factor e^(P · error) that vanishes at the target. It damps the
 *   swing as the quadratic term of an augmented Lagrangian does (Platt and Barr, NIPS 1987).
 * - The slower the parameters move, the longer is the delay. The ascent is therefore multiplied by
 *   the learning rate, as a share of its largest value.
 *
 * The rate of a batch is noisy, so its exponential mean is compared. The target is for the
 * validation images: after each epoch the aim for the training batches is moved by the difference
 * between the two (Aim in the code).
 *
 * @module
 */

import {
  add,
  cast,
  div,
  exp,
  max,
  min,
  mul,
  sub,
  type Tensor,
  tensor,
  type TensorLike,
} from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { Losses } from "../models/model.ts";
import type { Metrics } from "../runs/history.ts";
import type { TargetState } from "../runs/checkpoint.ts";

/** The gains. */
export const GAINS = {
  /** Steps that the mean of the measure spans. */
  span: 16,
  /** The change of log β for an error of 1, in a step, at the largest learning rate. */
  ascent: 0.06,
  /** P: the damping. */
  damping: 8,
  band: 0.25,
  kick: 2,
  least: 1,
  most: 4.6,
};

/** The control of β, as pure functions of its state. */
export interface Target {
  init(): TargetState;
  /**
   * The factor on the weight of the rate in the next step.
   *
   * @param learningRate that of the step, as a share of the largest one
   */
  beta(state: TargetState, learningRate: TensorLike): Tensor;
  /** The state after a step. */
  next(state: TargetState, losses: Losses, step: Tensor): TargetState;
  /**
   * The state after an epoch that ended with these losses on the validation images, and on as many
   * training images.
   */
  corrected(state: TargetState, valid: Metrics, train: Metrics): Promise<TargetState>;
}

/** The control for the target of a config, if it has one. */
export function makeTarget({ rate, distortion }: Config): Target | undefined {
  if (rate === undefined && distortion === undefined) return undefined;
  const measure = rate !== undefined ? "rate" : "distortion";
  const target = rate ?? distortion!;
  // A rise of log β by 1 lowers the rate by about 60 % and raises the distortion by 20 %.
  const scale = rate !== undefined ? target : -target / 3;
  const within = (x: Tensor, most: number) => max(min(x, most), -most);
  const errorOf = ({ mean, aim }: TargetState) => div(sub(mean, aim), scale);
  return {
    init: () => ({ logBeta: tensor(0), mean: tensor(0), aim: tensor(target) }),
    beta(state, learningRate) {
      const gain = div(GAINS.damping, max(learningRate, GAINS.least));
      return exp(add(state.logBeta, within(mul(errorOf(state), gain), GAINS.kick)));
    },
    next(state, losses, step) {
      // The first steps are averaged evenly: the mean starts as the first value.
      const share = max(div(1, add(cast(step, "float32"), 1)), 1 / GAINS.span);
      const mean = add(state.mean, mul(sub(losses[measure], state.mean), share));
      const after = { ...state, mean };
      const ascent = mul(within(errorOf(after), GAINS.band), GAINS.ascent);
      const logBeta = add(state.logBeta, ascent);
      return { ...after, logBeta: within(logBeta, GAINS.most) };
    },
    async corrected(state, valid, train) {
      const aim = target - (valid[measure] - train[measure]);
      return { ...state, aim: tensor((await state.aim.item() + aim) / 2) };
    },
  };
}
