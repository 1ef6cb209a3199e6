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
import { checkOptions } from "./checks.ts";
import { full } from "./create.ts";
import type { Tensor, TensorLike } from "./tensor.ts";

/** The learning rate at a step. Steps are int32 scalars, counted from 0. */
export type Schedule = (step: Tensor) => TensorLike;

/** Settings of {@linkcode constantThenLinear}. */
export interface ConstantThenLinearOptions {
  /** The rate of the first part. */
  readonly rate: number;
  /** The number of steps, above 0. */
  readonly steps: number;
  /** The part of the steps with a constant rate, from 0 to 1; .5 unless given. */
  readonly constantFraction?: number;
}

/**
 * A rate that is constant for the first part of the steps and then falls linearly, to 0 after the
 * last step.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { add, constantThenLinear, tensor } from "@echograd/echograd";
 * const schedule = constantThenLinear({ rate: 4, steps: 10, constantFraction: 0.5 });
 * const rates = add(schedule(tensor([0, 5, 9], { dtype: "int32" })), 0);
 * assertEquals([...await rates.read()].map(Math.round), [4, 4, 1]);
 * ```
 * @throws {RangeError} unless steps > 0 and 0 ≤ constantFraction ≤ 1.
 */
export function constantThenLinear(options: ConstantThenLinearOptions): Schedule {
  checkOptions("schedule", options, "rate", "steps", "constantFraction");
  const { rate, steps, constantFraction = 0.5 } = options;
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
 * The first epochs of the stages of {@linkcode iwaeSchedule} from the second on: 1, 1 + 3, 1 + 3 +
 * 9, …
 */
const IWAE_STAGES = /* @__PURE__ */ Array.from({ length: 7 }, (_, i) => (3 ** (i + 1) - 1) / 2);

/** Settings of {@linkcode iwaeSchedule}. */
export interface IwaeScheduleOptions {
  /** The number of steps of an epoch. */
  readonly stepsPerEpoch: number;
  /** The rate of the first epoch; 1e-3 unless given. */
  readonly rate?: number;
}

/**
 * The schedule of IWAE (Burda, Grosse and Salakhutdinov, 2016, section 5): 3ⁱ epochs at
 * rate·10^(−i/7), for i = 0 … 7. The eight stages take 3280 epochs; after them the last rate stays.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * import { add, iwaeSchedule, tensor } from "@echograd/echograd";
 * const schedule = iwaeSchedule({ stepsPerEpoch: 1, rate: 1 });
 * const [first, , last] = await add(schedule(tensor([0, 1, 4000], { dtype: "int32" })), 0).read();
 * assertEquals(first, 1);
 * assertAlmostEquals(last, 0.1, 1e-6);
 * ```
 * @throws {RangeError} unless stepsPerEpoch is a positive integer.
 */
export function iwaeSchedule(options: IwaeScheduleOptions): Schedule {
  checkOptions("schedule", options, "stepsPerEpoch", "rate");
  const { stepsPerEpoch, rate = 1e-3 } = options;
  checkEpochs(stepsPerEpoch, 1);
  return (step) => {
    const stage = IWAE_STAGES
      .map((epoch) => cast(greaterEqual(step, epoch * stepsPerEpoch), "float32"))
      .reduce((total, reached) => add(total, reached));
    return mul(exp(mul(stage, -Math.LN10 / 7)), rate);
  };
}

/** Settings of {@linkcode alemiLegacy}. */
export interface AlemiLegacyOptions {
  /** The rate of the first half; 3e-4 unless given. */
  readonly rate?: number;
  /** The number of epochs. */
  readonly epochs: number;
  /** The number of steps of an epoch. */
  readonly stepsPerEpoch: number;
}

/**
 * The schedule that the original of Echo computed instead of {@linkcode constantThenLinear}:
 * constant up to the middle epoch, then rate·(epoch − middle)/middle, with epochs counted from 0.
 * So the rate drops at once and then rises: of 200 epochs at 3e-4, epoch 101 has 3e-6 and epoch 199
 * has 2.97e-4. Kept for comparison.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { add, alemiLegacy, tensor } from "@echograd/echograd";
 * const schedule = alemiLegacy({ rate: 1, epochs: 4, stepsPerEpoch: 1 });
 * const rates = add(schedule(tensor([0, 2, 3], { dtype: "int32" })), 0);
 * assertEquals([...await rates.read()], [1, 1, 0.5]);
 * ```
 * @throws {RangeError} unless both counts are positive integers.
 */
export function alemiLegacy(options: AlemiLegacyOptions): Schedule {
  checkOptions("schedule", options, "rate", "epochs", "stepsPerEpoch");
  const { rate = 3e-4, epochs, stepsPerEpoch } = options;
  checkEpochs(stepsPerEpoch, epochs);
  const middle = epochs / 2;
  return (step) => {
    // Half a step is added, so that rounding never moves the first step of an epoch into the
    // epoch before.
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
