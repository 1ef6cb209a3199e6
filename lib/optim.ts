/**
 * Optimizers and learning-rate schedules. An optimizer is a pair of pure functions over trees; its state goes in and comes
 * out.
 *
 * @module
 */
import { add, cast, div, expm1, less, max, mul, neg, sqrt, sub, where } from "./ops/elementwise.ts";
import type { Tensor, TensorLike } from "./tensor.ts";
import { full, zeros } from "./create.ts";
import { treeMap } from "./tree.ts";

/** The learning rate at a step, counted from 0 (an int32 scalar). */
export type Schedule = (step: Tensor) => TensorLike;

/** The state of {@linkcode adam}. */
export interface AdamState<P> {
  /** Steps done, int32. */
  readonly step: Tensor;
  /** Running means of the gradient. */
  readonly m: P;
  /** Running means of its square. */
  readonly v: P;
}

/** An optimizer of trees of the form P. */
export interface Optimizer<P, S> {
  /** The state before the first step. */
  init(params: P): S;
  /** One step along −gradient: the new parameters and the new state. */
  update(gradient: P, state: S, params: P): [params: P, state: S];
}

/** Settings of {@linkcode adam}; the defaults are those of Keras. */
export interface AdamOptions {
  /** α, fixed or by schedule. */
  readonly learningRate: number | Schedule;
  /** How much of the mean gradient stays each step; .9 unless given. */
  readonly beta1?: number;
  /** How much of the mean square stays each step; .999 unless given. */
  readonly beta2?: number;
  /** What keeps the divisor from 0; 1e-7 unless given. */
  readonly epsilon?: number;
}

/** Adam (Kingma and Ba, ICLR 2015), with the bias correction in the learning rate as at the end of its section 2. */
export function adam<P>(
  { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions,
): Optimizer<P, AdamState<P>> {
  return {
    init: (params) => ({
      step: zeros([], "int32"),
      m: treeMap((p) => zeros(p.shape), params),
      v: treeMap((p) => zeros(p.shape), params),
    }),
    update(gradient, { step, m, v }, params) {
      const rate = typeof learningRate === "number" ? learningRate : learningRate(step);
      const count = add(step, 1);
      const t = cast(count, "float32");
      // 1 − βᵗ = −expm1(t·ln β): as 1 − exp(t·ln β) in float32 it would lose most digits for β = .999 and small t.
      const correction = (beta: number) => neg(expm1(mul(t, Math.log(beta))));
      const stepSize = div(mul(sqrt(correction(beta2)), rate), correction(beta1));
      const newM = treeMap((m, g) => add(mul(m, beta1), mul(g, 1 - beta1)), m, gradient);
      const newV = treeMap((v, g) => add(mul(v, beta2), mul(mul(g, g), 1 - beta2)), v, gradient);
      const newParams = treeMap(
        (p, m, v) => sub(p, div(mul(stepSize, m), add(sqrt(v), epsilon))),
        params,
        newM,
        newV,
      );
      return [newParams, { step: count, m: newM, v: newV }];
    },
  };
}

/**
 * A rate that is constant for a first part of the steps and then falls linearly, to reach 0 after the last one.
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
