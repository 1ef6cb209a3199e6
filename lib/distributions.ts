/**
 * Random numbers of further distributions, each a function of uniform ones.
 *
 * @module
 */
import { checkOptions, describe } from "./checks.ts";
import {
  add,
  div,
  erf,
  exp,
  less,
  log,
  log1p,
  max,
  mul,
  neg,
  sqrt,
  sub,
  where,
} from "./ops/elementwise.ts";
import { requireDType } from "./ops/primitive.ts";
import { argmax } from "./ops/reduce.ts";
import { clip } from "./ops/rounding.ts";
import { type Key, uniform } from "./random.ts";
import { normalizeAxis, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Exponential with mean 1: −log(1 − u). At most 16.7, as u is a multiple of 2⁻²⁴.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { exponential, key } from "@echograd/echograd";
 * assert((await exponential(key(1), [9]).read()).every((x) => x >= 0));
 * ```
 */
export const exponential = (key: Key, shape: Shape): Tensor => neg(log1p(neg(uniform(key, shape))));

/**
 * Standard Gumbel, −log(−log u), which has mean 0.577: from −2.9 to 16.7.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { gumbel, key, mean } from "@echograd/echograd";
 * assertAlmostEquals(await mean(gumbel(key(1), [10_000])).item(), 0.5772, 0.05);
 * ```
 */
export const gumbel = (key: Key, shape: Shape): Tensor =>
  neg(log(neg(log(max(uniform(key, shape), 2 ** -25)))));

/**
 * A class for each line of logits along an axis, the last unless given, with probability softmax of
 * them; int32 of the other axes. It is the largest of logits + Gumbel noise (Maddison, Tarlow and
 * Minka, NIPS 2014).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { categorical, key, tensor } from "@echograd/echograd";
 * const classes = categorical(key(1), tensor([[0, 1000], [1000, 0]]));
 * assertEquals([...await classes.read()], [1, 0]);
 * ```
 * @throws {TypeError} where the logits are not float32.
 */
export function categorical(key: Key, logits: Tensor, options: { axis?: number } = {}): Tensor {
  requireDType("draw a class of", logits, "float32");
  checkOptions("draw a class", options, "axis");
  const axis = normalizeAxis(options.axis ?? -1, logits.shape, "draw a class");
  return argmax(add(logits, gumbel(key, logits.shape)), { axis });
}

/**
 * The x whose erf is y, for |y| < 1: a guess to 2e-3 (Winitzki, "A handy approximation for the error
 * function and its inverse", 2008) and one step of Halley's.
 */
function inverseErf(y: Tensor): Tensor {
  const a = 0.147, logs = log1p(neg(mul(y, y)));
  const t = add(mul(logs, 0.5), 2 / (Math.PI * a));
  const size = sqrt(max(sub(sqrt(sub(mul(t, t), div(logs, a))), t), 0));
  const x = where(less(y, 0), neg(size), size);
  const step = mul(mul(sub(erf(x), y), exp(mul(x, x))), Math.sqrt(Math.PI) / 2);
  return sub(x, div(step, add(mul(x, step), 1)));
}

/**
 * Standard normal given that it lies between low and high, by the inverse of its distribution
 * function. Both limits should be within ±4, as float32 has few numbers next to 1.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, truncatedNormal } from "@echograd/echograd";
 * const x = await truncatedNormal(key(1), -1, 2, [100]).read();
 * assert(x.every((x) => x >= -1 && x <= 2));
 * ```
 * @throws {RangeError} unless low is below high, and both within ±5.
 */
export function truncatedNormal(key: Key, low: number, high: number, shape: Shape): Tensor {
  if (!(low >= -5 && low < high && high <= 5)) {
    const limits = `${describe(low)} and ${describe(high)}`;
    throw new RangeError(
      `Cannot draw normal numbers between ${limits}: low is below high, and both are within ±5`,
    );
  }
  const [from, to] = [low, high].map((limit) => erf(limit * Math.SQRT1_2));
  const y = add(from, mul(uniform(key, shape), sub(to, from)));
  return clip(mul(inverseErf(y), Math.SQRT2), low, high);
}
