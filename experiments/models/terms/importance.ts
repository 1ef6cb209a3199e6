/**
 * The importance bound on −log p(x) (Burda, Grosse and Salakhutdinov, ICLR 2016), from all codes of
 * an image: the config's `samples`. It replaces the terms reconstruction and rate.
 *
 * @module
 */

import { mean, neg } from "../../../mod.ts";
import { importanceBound } from "../../../lib/densities/mod.ts";
import type { NoOptions } from "../kinds.ts";
import { needsDensity } from "../rules.ts";
import { logWeights, type TermKind } from "../term.ts";

/** The importance bound. */
export const importance: TermKind<NoOptions> = {
  weighsCodes: true,
  keys: () => ({}),
  problem(_, config, path) {
    const second = config.loss.find(({ type, weight }) =>
      weight !== 0 && (type === "reconstruction" || type === "rate")
    );
    return needsDensity(config, `${path}.type`, "an importance bound") ?? (second &&
      `${path}.type: an importance bound includes reconstruction and rate, but the loss has a term "${second.type}", too`);
  },
  make: () => ({ value: (pass) => neg(mean(importanceBound(logWeights(pass)))) }),
};
