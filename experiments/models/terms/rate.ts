/**
 * The rate: the information that a code carries about its image, in nats. For Echo it is exact.
 * Otherwise it is the divergence of q(z|x) from the prior, by one of three estimators.
 *
 * @module
 */

import { add, max, mean, neg, sub, sum, type Tensor } from "../../../mod.ts";
import { type Pass, type TermKind, type TermParts, termParts } from "../term.ts";

/**
 * The estimators of the divergence:
 * - `closed`: KL(q(z|x) ‖ N(0, I)) in closed form;
 * - `entropy`: −H(q(z|x)) in closed form minus log p(z) of the codes drawn;
 * - `sampled`: log q(z|x) − log p(z) of the codes drawn.
 */
export type Estimator = "closed" | "entropy" | "sampled";

/** The options of the term. */
export interface RateOptions {
  /** By default the first estimator that the latent layer and the prior allow. */
  estimator?: Estimator;
  /**
   * Free bits (Kingma et al., NeurIPS 2016): the loss counts at least this many nats of each
   * dimension, averaged over the batch, so that it presses none below. The rate that is reported
   * stays the true one.
   */
  freeBits?: number;
}

type Estimate = (pass: Pass) => Tensor;

/** The estimators that a latent layer and a prior allow, the best one first. */
function estimators({ latent, hasDensity, isStandard }: TermParts): [Estimator, Estimate][] {
  const { kl, entropy } = latent;
  const all: [Estimator, Estimate | false | undefined][] = [
    ["closed", isStandard && kl && (({ encoded }) => mean(kl(encoded)))],
    [
      "entropy",
      entropy && (({ encoded, logPrior }) => neg(add(mean(entropy(encoded)), mean(logPrior)))),
    ],
    [
      "sampled",
      hasDensity && (({ drawn, logPrior }) => mean(sub(drawn.logDensity!, logPrior))),
    ],
  ];
  return all.filter((entry): entry is [Estimator, Estimate] => Boolean(entry[1]));
}

/** Whether the rate of each dimension is known. */
const hasDimensions = ({ latent, isStandard }: TermParts, estimator?: Estimator): boolean =>
  latent.dimensionRates !== undefined && (latent.rate !== undefined || isStandard) &&
  (estimator ?? "closed") === "closed";

/** The rate. */
export const rate: TermKind<RateOptions> = {
  part: "rate",
  keys: ({ positive, oneOf }) => ({
    estimator: oneOf("closed", "entropy", "sampled").optional(),
    freeBits: positive.optional(),
  }),
  problem({ estimator, freeBits }, config, path) {
    if (freeBits !== undefined && !hasDimensions(termParts(config), estimator)) {
      return `${path}.freeBits: they need a rate of each dimension: latent.type "echo", or a Gaussian ` +
        `with prior.type "standard" and the estimator "closed", but found latent.type ` +
        `"${config.latent.type}" and prior.type "${config.prior.type}"`;
    }
    if (estimator === undefined) return undefined;
    const names = estimators(termParts(config)).map(([name]) => name);
    if (names.includes(estimator)) return undefined;
    const pair = `a latent layer "${config.latent.type}" with a prior "${config.prior.type}"`;
    const allowed = names.length === 0
      ? "the rate is exact and takes no estimator"
      : `expected ${names.map((name) => JSON.stringify(name)).join(" or ")}`;
    return `${path}.estimator: for ${pair} ${allowed}, but found "${estimator}"`;
  },
  make({ estimator, freeBits }, parts) {
    const { rate, dimensionRates } = parts.latent;
    const penalty = freeBits === undefined ? undefined : ({ encoded }: Pass) => {
      const rates = mean(dimensionRates!(encoded, parts.isStandard)!, { axis: 0 });
      return sum(max(rates, freeBits));
    };
    if (rate !== undefined) return { value: ({ encoded }) => mean(rate(encoded)), penalty };
    const all = estimators(parts);
    const [, value] = all.find(([name]) => name === estimator) ?? all[0];
    return { value, penalty };
  },
};
