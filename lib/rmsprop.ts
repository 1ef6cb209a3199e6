/**
 * RMSProp, and what comes before an optimizer: clipping, by value, and chains.
 *
 * @module
 */
import { checkOptions, describe } from "./checks.ts";
import { zeros } from "./create.ts";
import { add, div, mul, sqrt, sub } from "./ops/elementwise.ts";
import { clip } from "./ops/rounding.ts";
import { isRate, isShare, rateAt, sameShapes } from "./optim.ts";
import type { Schedule } from "./schedules.ts";
import type { Tensor } from "./tensor.ts";
import { treeMap } from "./tree.ts";

/** Settings of {@linkcode rmsprop}; the defaults are those of Keras. */
export interface RmspropOptions {
  /** The learning rate, fixed or by schedule. */
  readonly learningRate: number | Schedule;
  /** The share of the mean square that stays each step, at least 0 and below 1; .9 unless given. */
  readonly decay?: number;
  /** The share of the velocity that stays each step, at least 0 and below 1; 0 unless given. */
  readonly momentum?: number;
  /** Added to the root of the mean square, at least 2⁻¹²⁶; 1e-7 unless given. */
  readonly epsilon?: number;
}

/** The state of {@linkcode rmsprop}. */
export interface RmspropState<P> {
  /** The number of steps done, int32. */
  readonly step: Tensor;
  /** Running means of the squared gradient. */
  readonly square: P;
  /** The sum of the scaled gradients so far, each times the momentum in every step since. */
  readonly velocity: P;
}

/** {@linkcode rmsprop}: an {@linkcode Optimizer} of every tree. */
export interface Rmsprop {
  /** The state before the first step. */
  init<P>(params: P): RmspropState<P>;
  /** One step along −gradient: the new parameters and the new state. */
  update<P>(
    gradient: NoInfer<P>,
    state: RmspropState<NoInfer<P>>,
    params: P,
  ): [params: P, state: RmspropState<P>];
}

/**
 * RMSProp (Tieleman and Hinton, "Lecture 6.5", 2012), as PyTorch writes it: s ← decay·s + (1 −
 * decay)·g², v ← momentum·v + g / (√s + epsilon), p ← p − learningRate·v.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { rmsprop, tensor } from "@echograd/echograd";
 * const optimizer = rmsprop({ learningRate: 0.1, decay: 0.75 });
 * const [p] = optimizer.update(tensor(3), optimizer.init(tensor(1)), tensor(1));
 * assertAlmostEquals(await p.item(), 1 - 0.1 / 0.5, 1e-6); // s is a quarter of 3²
 * ```
 * @throws {RangeError} where the learning rate is missing or not finite, or a setting is out of
 * range.
 */
export function rmsprop(options: RmspropOptions): Rmsprop {
  checkOptions("use rmsprop", options, "learningRate", "decay", "momentum", "epsilon");
  const { learningRate, decay = 0.9, momentum = 0, epsilon = 1e-7 } = options;
  const isEpsilon = epsilon >= 2 ** -126 && epsilon < 2 ** 128;
  if (!(isRate(learningRate) && isShare(decay) && isShare(momentum) && isEpsilon)) {
    const given = [learningRate, decay, momentum, epsilon].map(describe);
    throw new RangeError(
      `Cannot use rmsprop with learningRate ${given[0]}, decay ${given[1]}, momentum ${given[2]} ` +
        `and epsilon ${
          given[3]
        }: learningRate is needed, a finite number or a schedule; decay and ` +
        "momentum are from 0 to below 1, epsilon is from 2^-126 to below 2^128",
    );
  }
  const zerosLike = <P>(params: P): P => treeMap((p) => zeros(p.shape), params);
  return {
    init: (params) => ({
      step: zeros([], "int32"),
      square: zerosLike(params),
      velocity: zerosLike(params),
    }),
    update(gradient, { step, square, velocity }, params) {
      treeMap(sameShapes, params, gradient, square, velocity);
      const rate = rateAt(learningRate, step);
      const next = treeMap(
        (s, g) => add(mul(s, decay), mul(mul(g, g), 1 - decay)),
        square,
        gradient,
      );
      const along = treeMap(
        (v, s, g) => add(mul(v, momentum), div(g, add(sqrt(s), epsilon))),
        velocity,
        next,
        gradient,
      );
      const newParams = treeMap((p, v) => sub(p, mul(v, rate)), params, along);
      return [newParams, { step: add(step, 1), square: next, velocity: along }];
    },
  };
}

/**
 * A gradient whose elements are at least −most and at most `most`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { clipByValue, tensor } from "@echograd/echograd";
 * assertEquals([...await clipByValue(tensor([-3, 0.5]), 1).read()], [-1, 0.5]);
 * ```
 * @throws {RangeError} unless `most` is a finite number above 0.
 */
export function clipByValue<P>(gradient: P, most: number): P {
  if (!(most > 0 && most < Infinity)) {
    throw new RangeError(
      `Cannot clip a gradient to ±${describe(most)}: it is a finite number above 0`,
    );
  }
  return treeMap((g) => clip(g, -most, most), gradient);
}

/** The part of an {@linkcode Optimizer} that a {@linkcode chain} changes, for some trees. */
export interface Updates {
  /** One step along −gradient: the new parameters and the new state. */
  update(gradient: never, state: never, params: never): [params: unknown, state: unknown];
}

/** What a {@linkcode chain} does to a gradient, of any tree. */
export type GradientChange = <P>(gradient: P, params: P) => P;

/**
 * An optimizer that changes gradients before it uses them. Each function takes what the one before
 * made of the gradient, and the parameters: for clipping, or for weight decay that is a part of the
 * gradient. The functions take every tree, as the optimizer does; what is for one tree alone changes
 * the gradient before it is handed to `update`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chain, clipByGlobalNorm, sgd, tensor } from "@echograd/echograd";
 * const optimizer = chain(
 *   (gradient) => clipByGlobalNorm(gradient, 1),
 *   sgd({ learningRate: 1 }),
 * );
 * const [p] = optimizer.update(tensor(100), optimizer.init(tensor(5)), tensor(5));
 * assertEquals(await p.item(), 4);
 * ```
 */
export function chain<O extends Updates>(
  ...parts: readonly [...before: GradientChange[], optimizer: O]
): O {
  const before = parts.slice(0, -1) as GradientChange[];
  const optimizer = parts.at(-1) as O;
  return {
    ...optimizer,
    update: (gradient: never, state: never, params: never) =>
      optimizer.update(before.reduce<never>((g, f) => f(g, params), gradient), state, params),
  };
}
