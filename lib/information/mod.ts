/**
 * Estimators of mutual information and entropy: by neighbours, by canonical correlations, by bounds
 * on densities, and by a critic that is trained.
 *
 * @example Information between two Gaussians of correlation .9
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { add, key, mul, normal, split } from "@echograd/echograd";
 * import { ksgInformation } from "@echograd/echograd/information";
 *
 * const [forX, forNoise] = split(key(0));
 * const x = normal(forX, [2000]);
 * const y = add(mul(x, 0.9), mul(normal(forNoise, [2000]), Math.sqrt(1 - 0.9 ** 2)));
 * const points = async (values: typeof x) => ({ values: await values.read("float32"), dimensions: 1 });
 * const { nats } = ksgInformation(await points(x), await points(y));
 * assertAlmostEquals(nats, -Math.log(1 - 0.9 ** 2) / 2, 0.1); // .83 nats
 * ```
 *
 * @module
 */
export {
  type Estimate,
  ksgInformation,
  neighbourEntropy,
  type NeighbourOptions,
  noiseInformation,
  type Points,
} from "./neighbours.ts";
export { canonicalInformation, type CanonicalOptions } from "./canonical.ts";
export {
  barberAgakovBound,
  classificationScore,
  donskerVaradhanBound,
  floBound,
  type FloScores,
  infoNceBound,
  leaveOneOutBound,
  nwjBound,
  type Scores,
  smileEstimate,
} from "./bounds.ts";
export { type CriticEstimate, criticInformation, type CriticOptions } from "./critic.ts";
