/**
 * Echoes of a batch along one random cycle through all examples: the echoes of an example are those
 * that follow it.
 *
 * In a uniformly random cycle these are distinct others in a uniformly random order. So each code
 * keeps the distribution that it has with an order of its own for every example, and every average
 * over codes keeps its expectation and its gradient. Only the dependence between the codes of a
 * batch differs: up to truncation, the noise of each is the code of the next. So an average of a
 * function that is not linear in the codes may vary more from batch to batch. Measured for the mean
 * of z² over 100 codes with f = tanh(x): its variance is 1.2 times that of separate orders for S =
 * σ(x), and twice for S = σ(x + 3).
 *
 * In return the sum is quick. Let E(n)ₚ be the sum of the n echoes from place p on, and P(n)ₚ the
 * product of their scales:
 *
 *     E(n)ₚ = Σ_{l<n} ( Π_{l'<l} Sₚ₊ₗ' ) · fₚ₊ₗ,    P(n)ₚ = Π_{l<n} Sₚ₊ₗ.
 *
 * Longer sums come from shorter ones, E(m+n)ₚ = E(m)ₚ + P(m)ₚ·E(n)ₚ₊ₘ. All noise is computed in
 * about log₂ n steps over [batch, latent] instead of n.
 *
 * @module
 */
import { add, less, mul, sub, where } from "../ops/elementwise.ts";
import { iota, scatterAdd, take } from "../ops/indexing.ts";
import { concat } from "../ops/joining.ts";
import { expandDims } from "../ops/linear.ts";
import { slice } from "../ops/slicing.ts";
import { permutation } from "../permutation.ts";
import { type Key, randomInts, split } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The row numbers of the echoes of each example, int32 [batch, echoes].
 *
 * @param size the number of rows that the cycle goes through
 * @param withBatch whether row i is example i, for all examples of the batch; otherwise each
 * example starts anywhere
 */
export function cycleOrder(
  key: Key,
  batch: number,
  size: number,
  echoes: number,
  withBatch: boolean,
): Tensor {
  const [ofCycle, ofStarts] = split(key);
  const cycle = permutation(ofCycle, size);
  const places = () => slice(scatterAdd(size, cycle, iota([size])), [0], [batch]);
  const first = withBatch ? add(places(), 1) : randomInts(ofStarts, [batch], size);
  const place = add(expandDims(first, 1), iota([echoes])); // below 2 · size
  return take(cycle, where(less(place, size), place, sub(place, size)));
}

/** Successive echoes from each place of the cycle on, summed: [batch, latent]. */
interface Series {
  /** The weighted sum E. */
  readonly noise: Tensor;
  /** The product P of the scales: the weight of the echo that follows. */
  readonly weight: Tensor;
}

/**
 * The noise of a batch with the echoes of {@linkcode cycleOrder}, [batch, latent].
 *
 * @param mean f(x), [batch, latent]
 * @param scale S(x), [batch, latent]
 * @param echoes from 1 to batch − 1
 */
export function cycleNoise(key: Key, mean: Tensor, scale: Tensor, echoes: number): Tensor {
  const batch = mean.shape[0];
  const [ofCycle] = split(key);
  const cycle = permutation(ofCycle, batch);
  const next = later(cycle, 1);
  const one: Series = { noise: take(mean, next), weight: take(scale, next) };
  let series = one, length = 1;
  for (const digit of echoes.toString(2).slice(1)) {
    series = joined(series, series, length);
    length *= 2;
    if (digit === "1") {
      series = joined(one, series, 1);
      length++;
    }
  }
  return scatterAdd(batch, cycle, series.noise);
}

/** A series of `length` echoes, continued by a second series. */
function joined(first: Series, second: Series, length: number): Series {
  return {
    noise: add(first.noise, mul(first.weight, later(second.noise, length))),
    weight: mul(first.weight, later(second.weight, length)),
  };
}

/** The rows of x turned around: row i of the result is row i + places. */
function later(x: Tensor, places: number): Tensor {
  const [batch, ...rest] = x.shape;
  const zeros = rest.map(() => 0);
  return concat([
    slice(x, [places, ...zeros], [batch - places, ...rest]),
    slice(x, [0, ...zeros], [places, ...rest]),
  ]);
}
