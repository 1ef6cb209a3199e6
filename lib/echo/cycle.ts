/**
 * Echoes of a batch in one random cycle through all examples: the echoes of an example are those that come after it.
 *
 * In a uniformly random cycle these are distinct others in a uniformly random order. So each code has the law that it has with
 * an order of its own for every example, and whatever is averaged over codes has the same expectation, and the same gradient.
 * It is only among themselves that the codes of a batch are dependent in another way: the noise of each is the code of the next,
 * up to truncation. So what is not linear in the codes may vary more from batch to batch: with f = tanh(x), S = σ(x) the variance
 * of the mean of z² over 100 codes is 1.2 times that of an order for each, with S = σ(x + 3) twice.
 *
 * What that buys is the sum. The n echoes from place p on, and the product of their scales,
 *
 *     E(n)ₚ = Σ_{l<n} ( Π_{l'<l} Sₚ₊ₗ' ) · fₚ₊ₗ,    P(n)ₚ = Π_{l<n} Sₚ₊ₗ,
 *
 * come from shorter ones, E(m+n)ₚ = E(m)ₚ + P(m)ₚ·E(n)ₚ₊ₘ: where each example needs n terms of its own, here about log₂ n
 * steps do, each of them over [batch, latent].
 *
 * @module
 */
import { add, less, mul, sub, where } from "../ops/elementwise.ts";
import { iota, scatterAdd, take } from "../ops/indexing.ts";
import { concat } from "../ops/joining.ts";
import { expandDims } from "../ops/linear.ts";
import { slice } from "../ops/slicing.ts";
import { type Key, permutation, randomInts, split } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Which rows are the echoes of each example, int32 [batch, echoes].
 *
 * @param size how many rows the cycle goes through
 * @param withBatch whether row i of them is example i, for all examples; else each starts anywhere
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

/** Some echoes in a row, from each place of the cycle on, [batch, latent]. */
interface Series {
  /** Their sum E. */
  readonly noise: Tensor;
  /** The product P of their scales, of which the next ones are weighed. */
  readonly weight: Tensor;
}

/**
 * The noise of a batch with the echoes that {@linkcode cycleOrder} says, [batch, latent].
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

/** A series of so many echoes with another after it. */
function joined(first: Series, second: Series, length: number): Series {
  return {
    noise: add(first.noise, mul(first.weight, later(second.noise, length))),
    weight: mul(first.weight, later(second.weight, length)),
  };
}

/** What stands so many places later in the cycle, along axis 0. */
function later(x: Tensor, places: number): Tensor {
  const [batch, ...rest] = x.shape;
  const zeros = rest.map(() => 0);
  return concat([
    slice(x, [places, ...zeros], [batch - places, ...rest]),
    slice(x, [0, ...zeros], [places, ...rest]),
  ]);
}
