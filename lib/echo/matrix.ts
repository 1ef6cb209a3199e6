/**
 * Echo noise with a full matrix S(x) instead of a diagonal one: z = f(x) + S(x)·ε, and
 *
 *     ε = Σ_{l ≥ 0} S(x⁽⁰⁾)·S(x⁽¹⁾) ⋯ S(x⁽ˡ⁻¹⁾) · f(x⁽ˡ⁾),    the newest factor on the right,
 *
 * with the rate I(X;Z) = −E log |det S(X)|. The series converges only if the products die out.
 * Eigenvalues below 1 do not ensure that, as a product of two such matrices may grow; a norm below
 * 1 does. So {@linkcode matrixScale} makes S as a singular value decomposition, from which the norm
 * and the determinant can be read off.
 *
 * @module
 */
import { add, cast, div, equal, exp, mul, sub } from "../ops/elementwise.ts";
import { iota, take } from "../ops/indexing.ts";
import { expandDims, reshape, sum } from "../ops/linear.ts";
import { slice } from "../ops/slicing.ts";
import type { EchoPool } from "./sample.ts";
import { clipMean, type EchoChannel, echoMeans, echoOrder, ofEcho } from "./channel.ts";
import type { Key } from "../random.ts";
import { sameShape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The output of an encoder for some examples. */
export interface MatrixEncodings {
  /** f(x), [batch, latent]. */
  readonly mean: Tensor;
  /** S(x), multiplied by the clip already, [batch, latent, latent]. */
  readonly scale: Tensor;
}

/**
 * The matrices U·diag(clip · e^logScale)·V, [batch, latent, latent]. U and V are products of
 * Householder's reflections I − 2·v·vᵀ/‖v‖². They are orthogonal for every v but 0, which gives
 * NaN.
 *
 * The norm of S(x) is the largest scale, at most the clip where logScale ≤ 0. And log |det S(x)| is
 * Σ log (clip · e^logScale), so the rate is `echoRate(logScale, channel)`, as for a diagonal scale.
 * With as many reflections on each side as there are dimensions, every matrix of such a norm can be
 * reached; without reflections S(x) is diagonal.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoChannel, full, matrixScale, zeros } from "@echograd/echograd";
 * const none = zeros([1, 0, 2]); // without reflections: a diagonal matrix
 * const scale = matrixScale(none, full([1, 2], Math.log(0.5)), none, echoChannel({ clip: 1 }));
 * assertEquals([...await scale.read()], [0.5, 0, 0, 0.5]);
 * ```
 * @param left the v of U, [batch, reflections, latent]
 * @param logScale at most 0, [batch, latent]
 * @param right the v of V, [batch, reflections, latent]
 * @throws {ShapeError} where they do not fit.
 */
export function matrixScale(
  left: Tensor,
  logScale: Tensor,
  right: Tensor,
  { clip }: EchoChannel,
): Tensor {
  const [batch, latent] = logScale.shape;
  for (const v of [left, right]) {
    if (logScale.rank !== 2 || v.rank !== 3 || v.shape[0] !== batch || v.shape[2] !== latent) {
      const rule = "they must be [batch, latent] and [batch, reflections, latent]";
      throw shapeError`Cannot make matrices of log-scales ${logScale.shape} and reflections ${v.shape}: ${rule}`;
    }
  }
  const shape = [batch, latent, latent];
  const unit = cast(equal(iota(shape, 1), iota(shape, 2)), "float32");
  const scaled = mul(reflected(unit, left), expandDims(mul(exp(logScale), clip), 1));
  return reflected(scaled, right);
}

/** Matrices [batch, latent, latent] times the reflections along the vectors, one after another. */
function reflected(matrices: Tensor, vectors: Tensor): Tensor {
  const [batch, count, latent] = vectors.shape;
  let product = matrices;
  for (let i = 0; i < count; i++) {
    const v = slice(vectors, [0, i, 0], [batch, 1, latent]);
    const along = sum(mul(product, v), { axis: 2, keepDims: true }); // M·v, [batch, latent, 1]
    const norm = sum(mul(v, v), { axis: 2, keepDims: true });
    product = sub(product, mul(along, div(mul(v, 2), norm)));
  }
  return product;
}

/**
 * The code z of a batch, [batch, latent].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoChannel, echoMatrixSample, eye, full, key, mul, normal } from "@echograd/echograd";
 * const scale = mul(eye(2), full([8, 1, 1], 0.5));
 * const z = echoMatrixSample(key(1), normal(key(2), [8, 2]), scale, echoChannel({ dMax: 5 }));
 * assertEquals(z.shape, [8, 2]);
 * ```
 * @param key decides the echoes of each example
 * @param mean f(x), [batch, latent]
 * @param scale S(x), as {@linkcode matrixScale} makes it of the same channel, [batch, latent,
 * latent]
 * @param pool encodings to draw the echoes from instead of the batch
 * @throws {ShapeError} where the shapes do not fit; {RangeError} where there is nothing to draw
 * from.
 */
export function echoMatrixSample(
  key: Key,
  mean: Tensor,
  scale: Tensor,
  channel: EchoChannel,
  pool?: EchoPool<MatrixEncodings>,
): Tensor {
  const z = echoMatrixCode(echoMatrixNoise(key, mean, scale, channel, pool), mean, scale, channel);
  return channel.multiplicative ? exp(z) : z;
}

/**
 * The code of a given noise; as {@linkcode echoCode}, with matrices as the scales.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoChannel, echoMatrixCode, eye, mul, reshape, tensor } from "@echograd/echograd";
 * const scale = reshape(mul(eye(2), 0.5), [1, 2, 2]);
 * const z = echoMatrixCode(tensor([[2, 4]]), tensor([[10, 20]]), scale, echoChannel());
 * assertEquals([...await z.read()], [11, 22]);
 * ```
 */
export const echoMatrixCode = (
  noise: Tensor,
  mean: Tensor,
  scale: Tensor,
  channel: EchoChannel,
): Tensor => add(clipMean(mean, channel), times(scale, noise));

/**
 * The noise ε of a batch, [batch, latent]; arguments as for {@linkcode echoMatrixSample}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { echoChannel, echoMatrixNoise, eye, full, key, mul } from "@echograd/echograd";
 * const scale = mul(eye(2), full([8, 1, 1], 0.5)), channel = echoChannel({ dMax: 3 });
 * const noise = await echoMatrixNoise(key(1), full([8, 2], 1), scale, channel).read();
 * assertEquals([...noise], Array(16).fill(1 + 1 / 2 + 1 / 4));
 * ```
 */
export function echoMatrixNoise(
  key: Key,
  mean: Tensor,
  scale: Tensor,
  channel: EchoChannel,
  pool?: EchoPool<MatrixEncodings>,
): Tensor {
  const from: EchoPool<MatrixEncodings> = pool ?? { mean, scale, withBatch: true };
  check(mean, scale);
  check(from.mean, from.scale);
  const batch = mean.shape[0];
  const f = echoMeans(from.mean, channel);
  const s = ofEcho(from.scale, channel);
  const order = echoOrder(key, batch, f.shape[0], channel, from.withBatch ?? false);

  // f₀ + S₀·(f₁ + S₁·(f₂ + …)) from the innermost bracket out needs no product of two matrices.
  const echoes = order.shape[1];
  const row = (l: number) => reshape(slice(order, [0, l], [batch, 1]), [batch]);
  let noise = take(f, row(echoes - 1));
  for (let l = echoes - 2; l >= 0; l--) noise = add(take(f, row(l)), times(take(s, row(l)), noise));
  return noise;
}

/** Matrices times vectors, [batch, latent], or several for each matrix, [samples, batch, latent]. */
const times = (matrices: Tensor, vectors: Tensor): Tensor =>
  sum(mul(matrices, expandDims(vectors, vectors.rank - 1)), { axis: -1 });

function check(mean: Tensor, scale: Tensor): void {
  const [batch, latent] = mean.shape;
  if (mean.rank !== 2 || !sameShape(scale.shape, [batch, latent, latent])) {
    const rule = "they must be [batch, latent] and [batch, latent, latent]";
    throw shapeError`Cannot make echoes of means ${mean.shape} and matrices ${scale.shape}: ${rule}`;
  }
}
