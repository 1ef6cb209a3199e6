/**
 * The sandwich of InfoNCE and leave-one-out on the codes of a trained model.
 *
 * Both take the density of a code given its image, p(z|x) = p(ε)/|det S(x)| at ε = (z − f(x))/S(x). That of the noise is not known;
 * a normal law stands in for it. InfoNCE is a lower bound with any density. Leave-one-out is an upper bound only with the right one.
 *
 * @module
 */
import {
  add,
  div,
  exp,
  expandDims,
  infoNceBound,
  jit,
  leaveOneOutBound,
  matmul,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { meanOf, standardError } from "../statistics/summary.ts";
import type { DrawnCodes } from "./codes.ts";
import type { NormalLaw } from "./normal_law.ts";
import { rowsOf, type Split } from "./trained.ts";

/** A mean over codes, in nats, and its standard error. */
export interface Measured {
  readonly nats: number;
  readonly error: number;
}

/** Both bounds. */
export interface Sandwich {
  /** Images that a code is told from, its own among them: what InfoNCE finds is at most the logarithm of it. */
  readonly count: number;
  readonly below: Measured;
  readonly above: Measured;
}

/** Images that codes are told from, and codes that are told, at most. */
const IMAGES = 10_000, CODES = 1000;
/** Pairs of a code and an image that are looked at in one call. */
const PAIRS = 50_000;

/** The bounds by codes of distinct images of a split, which are independent given the pool of their echoes. */
export async function sandwich(
  { of, z, dimensions }: DrawnCodes,
  split: Split,
  clip: number,
  law: NormalLaw,
): Promise<Sandwich> {
  const count = Math.min(of.length, IMAGES), codes = Math.min(count, CODES);
  const { mean, logScale } = rowsOf(split, of.subarray(0, count));
  const centre = tensor(law.mean),
    whitening = tensor(law.whitening, { shape: [dimensions, dimensions] });
  const density = jit((z: Tensor, mean: Tensor, logScale: Tensor) => {
    const logS = add(logScale, Math.log(clip));
    const noise = div(sub(expandDims(z, 1), mean), exp(logS)); // [codes, images, latent]
    const rows = z.shape[0];
    const white = matmul(reshape(sub(noise, centre), [rows * count, dimensions]), whitening);
    const distance = reshape(sum(mul(white, white), { axis: 1 }), [rows, count]);
    return sub(mul(distance, -0.5), sum(logS, { axis: 1 }));
  });
  const logDensities = new Float32Array(codes * count);
  const step = Math.max(1, Math.floor(PAIRS / count));
  for (let first = 0; first < codes; first += step) {
    const rows = Math.min(step, codes - first);
    const some = Float32Array.from(z.subarray(first * dimensions, (first + rows) * dimensions));
    using found = density(tensor(some, { shape: [rows, dimensions] }), mean, logScale);
    logDensities.set(await found.read(), first * count);
  }
  const all = tensor(logDensities, { shape: [codes, count] });
  const [below, above] = [infoNceBound(all), leaveOneOutBound(all)];
  return {
    count,
    below: measured(await below.read()),
    above: measured(await above.read()),
  };
}

/** The mean of independent terms. */
export const measured = (terms: ArrayLike<number>): Measured => ({
  nats: meanOf(terms),
  error: standardError(terms),
});
