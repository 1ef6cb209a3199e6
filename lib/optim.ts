/**
 * Optimizers. An optimizer is a pair of pure functions over trees; its state goes in and comes out.
 *
 * @module
 */
import { add, cast, div, expm1, mul, neg, sqrt, sub } from "./ops/elementwise.ts";
import type { Schedule } from "./schedules.ts";
import { checkOptions, describe } from "./checks.ts";
import { sameShape, shapeError, shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { zeros } from "./create.ts";
import { treeMap } from "./tree.ts";

/** The state of {@linkcode adam}. */
export interface AdamState<P> {
  /** The number of steps done, int32. */
  readonly step: Tensor;
  /** Running means of the gradient. */
  readonly m: P;
  /** Running means of the squared gradient. */
  readonly v: P;
}

/** An optimizer of parameters P, with a state S. */
export interface Optimizer<P, S> {
  /** The state before the first step. */
  init(params: P): S;
  /** One step along −gradient: the new parameters and the new state. */
  update(gradient: P, state: S, params: P): [params: P, state: S];
}

/** Settings of {@linkcode adam}; the defaults are those of Keras. */
export interface AdamOptions {
  /** The learning rate α, fixed or by schedule. */
  readonly learningRate: number | Schedule;
  /**
   * The share of the mean gradient that stays each step, at least 0 and below 1; .9 unless given.
   */
  readonly beta1?: number;
  /**
   * The share of the mean square that stays each step, at least 0 and below 1; .999 unless given.
   */
  readonly beta2?: number;
  /**
   * Added to the divisor to keep it above 0: at least 2⁻¹²⁶, or 0 if no gradient is ever 0; 1e-7
   * unless given.
   */
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba, ICLR 2015), with the bias correction in the learning rate as at the end of
 * its section 2.
 *
 * @throws {RangeError} where the learning rate is missing or not finite, or a setting is out of
 * range.
 */
export function adam<P>(options: AdamOptions): Optimizer<P, AdamState<P>> {
  checkOptions("use adam", options, "learningRate", "beta1", "beta2", "epsilon");
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  const isRate = typeof learningRate === "function" || Number.isFinite(learningRate);
  const isShare = (beta: number) => beta >= 0 && beta < 1;
  // Below 2⁻¹²⁶ epsilon may be 0 in float32. A parameter without gradient would then move by 0 / 0.
  const isEpsilon = epsilon === 0 || epsilon >= 2 ** -126 && epsilon < 2 ** 128;
  if (!(isRate && isShare(beta1) && isShare(beta2) && isEpsilon)) {
    const given = [learningRate, beta1, beta2, epsilon].map(describe);
    throw new RangeError(
      `Cannot use adam with learningRate ${given[0]}, beta1 ${given[1]}, beta2 ${given[2]} and ` +
        `epsilon ${given[3]}: learningRate is needed, a finite number or a schedule; ` +
        "the betas are from 0 to below 1, epsilon is from 2^-126 to below 2^128, or 0",
    );
  }
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
      // 1 − βᵗ as −expm1(t·ln β): in float32, 1 − exp(t·ln β) loses most digits for β = .999 and
      // small t.
      const correction = (beta: number) => neg(expm1(mul(t, Math.log(beta))));
      const stepSize = div(mul(sqrt(correction(beta2)), rate), correction(beta1));
      treeMap(sameShapes, params, gradient, m, v);
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
 * p; refused if its gradient or state has another shape, as broadcasting would change the shape of
 * p.
 */
function sameShapes(p: Tensor, ...others: readonly Tensor[]): Tensor {
  if (others.every(({ shape }) => sameShape(shape, p.shape))) return p;
  const [g, ...state] = others.map(({ shape }) => shapeText(shape));
  throw shapeError`Cannot update ${p.shape} by a gradient ${g} and a state ${state.join(", ")}`;
}
