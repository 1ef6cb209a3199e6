/**
 * Optimizers. An optimizer is a pair of pure functions over trees; its state goes in and comes out.
 *
 * @module
 */
import { add, cast, div, expm1, max, mul, neg, sqrt, sub } from "./ops/elementwise.ts";
import type { Schedule } from "./schedules.ts";
import { checkOptions, describe } from "./checks.ts";
import { sameShape, shapeError, shapeText } from "./shape.ts";
import type { Tensor, TensorLike } from "./tensor.ts";
import { sum } from "./ops/linear.ts";
import { zeros } from "./create.ts";
import { treeLeaves, treeMap } from "./tree.ts";

/** The state of {@linkcode adam} and {@linkcode adamw}. */
export interface AdamState<P> {
  /** The number of steps done, int32. */
  readonly step: Tensor;
  /** Running means of the gradient. */
  readonly m: P;
  /** Running means of the squared gradient. */
  readonly v: P;
}

/** The state of {@linkcode sgd}. */
export interface SgdState<P> {
  /** The number of steps done, int32. */
  readonly step: Tensor;
  /** The sum of the gradients so far, each multiplied by the momentum in every step since. */
  readonly velocity: P;
}

/** An optimizer of parameters P, with a state S. */
export interface Optimizer<P, S> {
  /** The state before the first step. */
  init(params: P): S;
  /** One step along −gradient: the new parameters and the new state. */
  update(gradient: P, state: S, params: P): [params: P, state: S];
}

/** {@linkcode adam} and {@linkcode adamw}: an {@linkcode Optimizer} of every tree. */
export interface Adam {
  /** The state before the first step. */
  init<P>(params: P): AdamState<P>;
  /** One step along −gradient: the new parameters and the new state. */
  update<P>(
    gradient: NoInfer<P>,
    state: AdamState<NoInfer<P>>,
    params: P,
  ): [params: P, state: AdamState<P>];
}

/** {@linkcode sgd}: an {@linkcode Optimizer} of every tree. */
export interface Sgd {
  /** The state before the first step. */
  init<P>(params: P): SgdState<P>;
  /** One step along −gradient: the new parameters and the new state. */
  update<P>(
    gradient: NoInfer<P>,
    state: SgdState<NoInfer<P>>,
    params: P,
  ): [params: P, state: SgdState<P>];
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

/** Settings of {@linkcode adamw}; the defaults are those of Keras. */
export interface AdamwOptions extends AdamOptions {
  /**
   * λ: each step multiplies every parameter by 1 − α·λ. A number of at least 0; .004 unless given.
   */
  readonly weightDecay?: number;
}

/** Settings of {@linkcode sgd}; the defaults are those of Keras. */
export interface SgdOptions {
  /** The learning rate, fixed or by schedule. */
  readonly learningRate: number | Schedule;
  /** The share of the velocity that stays each step, at least 0 and below 1; 0 unless given. */
  readonly momentum?: number;
  /**
   * Whether the step is along the velocity of the next step, as its gradient is not known: gradient
   * + momentum · velocity (Nesterov 1983, as Sutskever et al., ICML 2013, write it);
   * false unless given.
   */
  readonly nesterov?: boolean;
}

/**
 * Adam (Kingma and Ba, ICLR 2015), with the bias correction in the learning rate as at the end of
 * its section 2.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { adam, type Tensor, tensor } from "@echograd/echograd";
 * const optimizer = adam({ learningRate: 0.1 });
 * const [p] = optimizer.update(tensor(3), optimizer.init(tensor(1)), tensor(1));
 * assertAlmostEquals(await p.item(), 0.9, 1e-6); // the first step is the learning rate
 * ```
 * @throws {RangeError} where the learning rate is missing or not finite, or a setting is out of
 * range.
 */
export function adam(options: AdamOptions): Adam {
  checkAdam("adam", options);
  return adamWithDecay(options, 0);
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): the decay is no part of the
 * gradient, so Adam does not divide it by the root of the mean square. With a schedule the decay
 * follows the learning rate, as in PyTorch and Keras.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { adamw, type Tensor, tensor } from "@echograd/echograd";
 * const optimizer = adamw({ learningRate: 0.1, weightDecay: 0.5 });
 * const [p] = optimizer.update(tensor(3), optimizer.init(tensor(1)), tensor(1));
 * assertAlmostEquals(await p.item(), 0.95 - 0.1, 1e-6);
 * ```
 * @throws {RangeError} as for {@linkcode adam}, and where weightDecay is negative or not finite.
 */
export function adamw(options: AdamwOptions): Adam {
  checkAdam("adamw", options, "weightDecay");
  const { weightDecay = 0.004 } = options;
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new RangeError(
      `Cannot use adamw with weightDecay ${describe(weightDecay)}: it is a number of at least 0`,
    );
  }
  return adamWithDecay(options, weightDecay);
}

/**
 * Gradient descent, with momentum where it is given: v ← momentum · v + gradient, p ← p −
 * learningRate · v.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sgd, type Tensor, tensor } from "@echograd/echograd";
 * const optimizer = sgd({ learningRate: 0.5 });
 * const [p] = optimizer.update(tensor(3), optimizer.init(tensor(1)), tensor(1));
 * assertEquals(await p.item(), 1 - 0.5 * 3);
 * ```
 * @throws {RangeError} where the learning rate is missing or not finite, the momentum is out of
 * range, or nesterov is asked for without momentum.
 */
export function sgd(options: SgdOptions): Sgd {
  checkOptions("use sgd", options, "learningRate", "momentum", "nesterov");
  const { learningRate, momentum = 0, nesterov = false } = options;
  if (!(isRate(learningRate) && isShare(momentum))) {
    const [rate, share] = [learningRate, momentum].map(describe);
    throw new RangeError(
      `Cannot use sgd with learningRate ${rate} and momentum ${share}: learningRate is needed, ` +
        "a finite number or a schedule; momentum is from 0 to below 1",
    );
  }
  if (nesterov && momentum === 0) {
    throw new RangeError("Cannot use sgd with nesterov and momentum 0: nesterov needs a momentum");
  }
  return {
    init: (params) => ({ step: zeros([], "int32"), velocity: zerosLike(params) }),
    update(gradient, { step, velocity }, params) {
      const rate = rateAt(learningRate, step);
      treeMap(sameShapes, params, gradient, velocity);
      const next = treeMap((v, g) => add(mul(v, momentum), g), velocity, gradient);
      const along = nesterov ? treeMap((v, g) => add(mul(v, momentum), g), next, gradient) : next;
      const newParams = treeMap((p, d) => sub(p, mul(d, rate)), params, along);
      return [newParams, { step: add(step, 1), velocity: next }];
    },
  };
}

/**
 * A gradient whose norm over all its elements is at most `most`: a longer one is scaled down, and
 * keeps its direction (Pascanu, Mikolov and Bengio, ICML 2013). The sum of squares must be below
 * 2¹²⁸: beyond it the norm is infinite in float32 and the result is 0.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { clipByGlobalNorm, tensor } from "@echograd/echograd";
 * const { w, b } = clipByGlobalNorm({ w: tensor(3), b: tensor(4) }, 1);
 * assertAlmostEquals(await w.item(), 0.6, 1e-6);
 * assertAlmostEquals(await b.item(), 0.8, 1e-6);
 * ```
 * @throws {RangeError} unless `most` is a finite number above 0.
 */
export function clipByGlobalNorm<P>(gradient: P, most: number): P {
  if (!(most > 0 && most < Infinity)) {
    throw new RangeError(
      `Cannot clip a gradient to the norm ${describe(most)}: it is a finite number above 0`,
    );
  }
  const leaves = treeLeaves(gradient);
  if (leaves.length === 0) return gradient;
  const squares = leaves.map((g) => sum(mul(g, g)));
  const norm = sqrt(squares.reduce((total, square) => add(total, square)));
  const scale = div(most, max(norm, most));
  return treeMap((g) => mul(g, scale), gradient);
}

/** @internal */
export const isRate = (rate: unknown): boolean =>
  typeof rate === "function" || Number.isFinite(rate);
/** @internal */
export const isShare = (share: number): boolean => share >= 0 && share < 1;
/** Zeros of the shapes of the parameters. */
const zerosLike = <P>(params: P): P => treeMap((p) => zeros(p.shape), params);
/**
 * The learning rate of a step.
 *
 * @internal
 */
export const rateAt = (rate: number | Schedule, step: Tensor): TensorLike =>
  typeof rate === "number" ? rate : rate(step);

function checkAdam(
  name: string,
  options: AdamOptions,
  ...others: readonly string[]
): void {
  const names = ["learningRate", "beta1", "beta2", "epsilon", ...others];
  checkOptions(`use ${name}`, options, ...names);
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  // Below 2⁻¹²⁶ epsilon may be 0 in float32. A parameter without gradient would then move by 0 / 0.
  const isEpsilon = epsilon === 0 || epsilon >= 2 ** -126 && epsilon < 2 ** 128;
  if (isRate(learningRate) && isShare(beta1) && isShare(beta2) && isEpsilon) return;
  const given = [learningRate, beta1, beta2, epsilon].map(describe);
  throw new RangeError(
    `Cannot use ${name} with learningRate ${given[0]}, beta1 ${given[1]}, beta2 ${given[2]} and ` +
      `epsilon ${given[3]}: learningRate is needed, a finite number or a schedule; ` +
      "the betas are from 0 to below 1, epsilon is from 2^-126 to below 2^128, or 0",
  );
}

function adamWithDecay(
  { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions,
  weightDecay: number,
): Adam {
  return {
    init: (params) => ({ step: zeros([], "int32"), m: zerosLike(params), v: zerosLike(params) }),
    update(gradient, { step, m, v }, params) {
      const rate = rateAt(learningRate, step);
      const count = add(step, 1);
      const t = cast(count, "float32");
      // 1 − βᵗ as −expm1(t·ln β): in float32, 1 − exp(t·ln β) loses most digits for β = .999 and
      // small t.
      const correction = (beta: number) => neg(expm1(mul(t, Math.log(beta))));
      const stepSize = div(mul(sqrt(correction(beta2)), rate), correction(beta1));
      treeMap(sameShapes, params, gradient, m, v);
      const newM = treeMap((m, g) => add(mul(m, beta1), mul(g, 1 - beta1)), m, gradient);
      const newV = treeMap((v, g) => add(mul(v, beta2), mul(mul(g, g), 1 - beta2)), v, gradient);
      const left = weightDecay === 0 ? params : decayed(params, mul(rate, weightDecay));
      const stepped = (p: Tensor, m: Tensor, v: Tensor) =>
        sub(p, div(mul(stepSize, m), add(sqrt(v), epsilon)));
      return [treeMap(stepped, left, newM, newV), { step: count, m: newM, v: newV }];
    },
  };
}

/** The parameters without a share of each. */
const decayed = <P>(params: P, share: Tensor): P => treeMap((p) => sub(p, mul(p, share)), params);

/**
 * p; refused if its gradient or state has another shape, as broadcasting would change the shape of
 * p.
 *
 * @internal
 */
export function sameShapes(p: Tensor, ...others: readonly Tensor[]): Tensor {
  if (others.every(({ shape }) => sameShape(shape, p.shape))) return p;
  const [g, ...state] = others.map(({ shape }) => shapeText(shape));
  throw shapeError`Cannot update ${p.shape} by a gradient ${g} and a state ${state.join(", ")}`;
}
