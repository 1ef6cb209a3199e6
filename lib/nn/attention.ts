/**
 * Attention: each query takes a mean of values, weighed by how well their keys fit.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { swapAxes } from "../ops/arrangement.ts";
import { lessEqual, mul, where } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { reshape } from "../ops/linear.ts";
import { matmul } from "../ops/matmul.ts";
import { requireTensors } from "../ops/primitive.ts";
import { type Key, split } from "../random.ts";
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { softmax } from "./activations.ts";
import { type Dense, dense, initDense } from "./dense.ts";

/** Settings of {@linkcode attention} and {@linkcode selfAttention}. */
export interface AttentionOptions {
  /** Whether position i sees only the positions up to i; false unless given. */
  readonly causal?: boolean;
}

/**
 * Scaled dot-product attention, softmax(q·kᵀ / √features)·v (Vaswani et al., NIPS 2017, eq. 1):
 * queries [...batch, m, features], keys [...batch, n, features] and values [...batch, n, d] to
 * [...batch, m, d].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { attention, tensor, zeros } from "@echograd/echograd";
 * const mean = attention(zeros([1, 4]), zeros([2, 4]), tensor([[1], [3]]));
 * assertEquals([...await mean.read()], [2]);
 * ```
 * @throws {ShapeError} where they do not fit.
 */
export function attention(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions = {},
): Tensor {
  requireTensors("attention", [queries, keys, values]);
  checkOptions("attention", options, "causal");
  if (Math.min(queries.rank, keys.rank, values.rank) < 2) {
    throw shapeError`Cannot attention ${queries.shape}, ${keys.shape} and ${values.shape}: they have positions and features`;
  }
  const products = matmul(queries, swapAxes(keys, -1, -2));
  const scores = mul(products, 1 / Math.sqrt(queries.shape.at(-1)!));
  if (!options.causal) return matmul(softmax(scores), values);
  const shape = scores.shape.slice(-2);
  const isSeen = lessEqual(iota(shape, 1), iota(shape, 0));
  return matmul(softmax(where(isSeen, scores, -Infinity)), values);
}

/** Parameters of {@linkcode selfAttention}: four layers [features, features]. */
export interface SelfAttention {
  /** Makes the queries. */
  readonly query: Dense;
  /** Makes the keys. */
  readonly key: Dense;
  /** Makes the values. */
  readonly value: Dense;
  /** Mixes what the heads found. */
  readonly output: Dense;
}

/**
 * Initial parameters of {@linkcode selfAttention}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initSelfAttention, key } from "@echograd/echograd";
 * assertEquals(initSelfAttention(key(1), 8).query.w.shape, [8, 8]);
 * ```
 */
export function initSelfAttention(key: Key, features: number): SelfAttention {
  const [q, k, v, o] = split(key, 4).map((key) => initDense(key, features, features));
  return { query: q, key: k, value: v, output: o };
}

/**
 * Multi-head self-attention (Vaswani et al., NIPS 2017, section 3.2.2), [batch, positions,
 * features] to the same shape. Each head attends with features / heads of the features.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initSelfAttention, key, normal, selfAttention } from "@echograd/echograd";
 * const x = normal(key(2), [2, 5, 8]);
 * const y = selfAttention(initSelfAttention(key(1), 8), x, 4, { causal: true });
 * assertEquals(y.shape, [2, 5, 8]);
 * ```
 * @throws {ShapeError} where x has other axes, or the heads do not divide the features.
 */
export function selfAttention(
  params: SelfAttention,
  x: Tensor,
  heads: number,
  options: AttentionOptions = {},
): Tensor {
  requireTensors("selfAttention", [x]);
  const [batch, positions, features] = x.shape;
  if (x.rank !== 3 || !Number.isInteger(features / heads) || heads < 1) {
    throw shapeError`Cannot selfAttention ${x.shape} with ${heads} heads: it takes [batch, positions, features] with features for each head`;
  }
  const rows = reshape(x, [batch * positions, features]);
  const apart = (layer: Dense) =>
    swapAxes(reshape(dense(layer, rows), [batch, positions, heads, features / heads]), 1, 2);
  const found = attention(apart(params.query), apart(params.key), apart(params.value), options);
  const together = reshape(swapAxes(found, 1, 2), rows.shape);
  return reshape(dense(params.output, together), x.shape);
}
