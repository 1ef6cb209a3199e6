/**
 * Learning-rate schedules: the rate as a function of the step.
 *
 * @module
 */
import {
  add,
  cast,
  div,
  exp,
  floor,
  greaterEqual,
  less,
  lessEqual,
  max,
  mul,
  sub,
  where,
} from "./ops/elementwise.ts";
import { full } from "./create.ts";
import type { Tensor, TensorLike } from "./tensor.ts";

/** The learning rate at a step, counted from 0 (an int32 scalar). */
export type Schedule = (step: Tensor) => TensorLike;

/**
 * A rate that is constant for a first part of the steps and then falls linearly, to reach 0 after
 * the last one.
 *
 * @throws {RangeError} unless steps > 0 and 0 ≤ constantFraction ≤ 1.
 */
export function constantThenLinear(
  { rate, steps, constantFraction = 0.5 }: {
    readonly rate: number;
    readonly steps: number;
    readonly constantFraction?: number;
  },
): Schedule {
  if (!(steps > 0) || !(constantFraction >= 0 && constantFraction <= 1)) {
    throw new RangeError(
      `Cannot schedule ${steps} steps with a constant fraction of ${constantFraction}: steps must be above 0, the fraction from 0 to 1`,
    );
  }
  const first = Math.round(steps * constantFraction);
  return (step) => {
    const left = div(sub(steps, cast(step, "float32")), Math.max(1, steps - first));
    return where(less(step, first), full([], rate), mul(max(left, 0), rate));
  };
}

/**
 * The first epoch of each stage but the first of {@linkcode iwaeSchedule}: 1, 1 + 3, 1 + 3 + 9, …
 */
const IWAE_STAGES = Array.from({ length: 7 }, (_, i) => (3 ** (i + 1) - 1) / 2);

/**
 * The schedule of IWAE (Burda, Grosse and Salakhutdinov, 2016, section 5): 3ⁱ epochs at
 * rate·10^(−i/7), for i = 0 … 7. The eight stages are 3280 epochs; beyond them the last rate stays.
 *
 * @throws {RangeError} unless stepsPerEpoch is a positive integer.
 */
export function iwaeSchedule(
  { stepsPerEpoch, rate = 1e-3 }: { readonly stepsPerEpoch: number; readonly rate?: number },
): Schedule {
  checkEpochs(stepsPerEpoch, 1);
  return (step) => {
    const stage = IWAE_STAGES
      .map((epoch) => cast(greaterEqual(step, epoch * stepsPerEpoch), "float32"))
      .reduce((total, reached) => add(total, reached));
    return mul(exp(mul(stage, -Math.LN10 / 7)), rate);
  };
}

/**
 * What the original of Echo computed in place of {@linkcode constantThenLinear}: constant up to the
 * middle epoch, and after it rate·(epoch − middle)/middle, epochs counted from 0. So of 200 epochs
 * at 3e-4, epoch 101 has 3e-6 and epoch 199 has 2.97e-4: the rate falls at once, and then rises.
 * Kept for comparison.
 *
 * @throws {RangeError} unless both counts are positive integers.
 */
export function alemiLegacy(
  { rate = 3e-4, epochs, stepsPerEpoch }: {
    readonly rate?: number;
    readonly epochs: number;
    readonly stepsPerEpoch: number;
  },
): Schedule {
  checkEpochs(stepsPerEpoch, epochs);
  const middle = epochs / 2;
  return (step) => {
    // Half a step more, so that no rounding of the quotient moves a first step into the epoch
    // before.
    const epoch = floor(div(add(cast(step, "float32"), 0.5), stepsPerEpoch));
    const rising = mul(sub(epoch, middle), rate / middle);
    return where(lessEqual(epoch, middle), full([], rate), rising);
  };
}

function checkEpochs(stepsPerEpoch: number, epochs: number): void {
  if ([stepsPerEpoch, epochs].every((count) => Number.isInteger(count) && count > 0)) return;
  throw new RangeError(
    `Cannot schedule ${epochs} epochs of ${stepsPerEpoch} steps: both must be positive integers`,
  );
}
