/**
 * The importance bound on −log p(x) (Burda, Grosse and Salakhutdinov, ICLR 2016), by all codes that are drawn of an image: the
 * config's `samples`. It stands in place of reconstruction and rate.
 *
 * @module
 */

import { importanceBound, mean, neg } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import { needsDensity } from "../rules.ts";
import { logWeights, type TermKind } from "../term.ts";

/** See above. */
export const importance: TermKind<NoOptions> = {
  weighsCodes: true,
  keys: {},
  problem(_, config, path) {
    const second = config.loss.find(({ type, weight }) =>
      weight !== 0 && (type === "reconstruction" || type === "rate")
    );
    return needsDensity(config, `${path}.type`, "an importance bound") ?? (second &&
      `${path}.type: an importance bound holds both reconstruction and rate, but the loss has a term "${second.type}" beside it`);
  },
  make: () => ({ value: (pass) => neg(mean(importanceBound(logWeights(pass)))) }),
};
