/**
 * The bounds InfoNCE and leave-one-out for the codes of a trained model.
 *
 * Both need the density of a code given its image, p(z|x) = p(ε)/|det S(x)| at ε = (z − f(x))/S(x).
 * The density of the noise is unknown, so a normal law replaces it. InfoNCE is a lower bound with
 * any density; leave-one-out is an upper bound only with the right one.
 *
 * @module
 */
import {
  add,
  div,
  exp,
  expandDims,
  jit,
  matmul,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { infoNceBound, leaveOneOutBound } from "../../../lib/information/mod.ts";
import { type Measured, measured } from "../statistics/measured.ts";
import type { DrawnCodes } from "./codes.ts";
import type { NormalLaw } from "./normal_law.ts";
import { rowsOf, type Split } from "./trained.ts";

/** Both bounds in nats. */
export interface Sandwich {
  /** The number of images in the contrast of each code. InfoNCE cannot exceed its logarithm. */
  readonly count: number;
  readonly below: Measured;
  readonly above: Measured;
}

/** The largest numbers of images in a contrast, and of codes. */
const IMAGES = 10_000, CODES = 1000;
/** The number of pairs of a code and an image in one call. */
const PAIRS = 50_000;

/**
 * The bounds from codes of distinct images, which are independent given the pool of their echoes.
 */
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
