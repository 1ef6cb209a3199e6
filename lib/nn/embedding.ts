/**
 * Embeddings: a learned vector for each of n things.
 *
 * @module
 */
import { mul } from "../ops/elementwise.ts";
import { take } from "../ops/indexing.ts";
import { type Key, normal } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * An initial table of n vectors, normal with variance 1 / features: [n, features].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initEmbedding, key } from "@echograd/echograd";
 * assertEquals(initEmbedding(key(1), 10, 8).shape, [10, 8]);
 * ```
 */
export const initEmbedding = (key: Key, n: number, features: number): Tensor =>
  mul(normal(key, [n, features]), 1 / Math.sqrt(features));

/**
 * The vectors of some indices, int32: [...indices] to [...indices, features]. Its gradient adds up
 * what each vector got.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { embedding, initEmbedding, key, tensor } from "@echograd/echograd";
 * const words = tensor([[4, 0, 4]], { dtype: "int32" });
 * assertEquals(embedding(initEmbedding(key(1), 10, 8), words).shape, [1, 3, 8]);
 * ```
 * @throws {RangeError} where an index that is known is out of range, as `take` does.
 */
export const embedding = (table: Tensor, indices: Tensor): Tensor => take(table, indices);
