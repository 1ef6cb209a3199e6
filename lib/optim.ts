/**
 * Optimizers. An optimizer is a pair of pure functions over trees; its state goes in and comes out.
 *
 * @module
 */
import { add, cast, div, expm1, mul, neg, sqrt, sub } from "./ops/elementwise.ts";
import type { Schedule } from "./schedules.ts";
import type { Tensor } from "./tensor.ts";
import { zeros } from "./create.ts";
import { treeMap } from "./tree.ts";

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
